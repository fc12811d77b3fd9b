package io.wideevents.delivery.tiers;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.core.IntervalFunction;
import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.NotSentException;
import io.wideevents.delivery.tiers.ScriptedTier.Call;
import io.wideevents.delivery.tiers.TierBreaker.Admission;
import io.wideevents.event.Tier;
import io.wideevents.mongo.DocumentWriteException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TierBreakerTest {
  private static final IntervalFunction OPEN_TIME = IntervalFunction.of(Duration.ofMinutes(1));
  private static final List<DeliveryOutcome> DURABLE =
      List.of(new DeliveryOutcome.Durable(Tier.KAFKA));
  private static final List<DeliveryOutcome> NOT_CONFIRMED =
      List.of(new DeliveryOutcome.NotConfirmed(new IllegalStateException("no ack")));
  private static final int CLIENTS = 32;
  private static final long FAST = 5;
  private static final long SLOW = 1_200;
  private static final long TIMEOUT = 2_000;

  private final ScriptedTier script = new ScriptedTier();
  private final TierBreaker breaker = breaker(Duration.ZERO);

  @ParameterizedTest
  @ValueSource(ints = {1, CLIENTS})
  void outage_opensTheCircuitWithTheSecondFailure(int clients) {
    List<Call> calls =
        script.play(
            breaker,
            clients,
            60_000,
            at -> at < 5_000 ? answer(FAST, DURABLE) : answer(TIMEOUT, NOT_CONFIRMED));

    assertThat(breaker.status().state()).isEqualTo(TierStatus.State.DOWN);
    assertThat(calls.stream().filter(call -> call.outcomes() == NOT_CONFIRMED)).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"FSSS", "SFSS", "SSFS", "FSSSFSSSF"})
  void singleFailures_doNotOpenTheCircuit(String calls) {
    play(breaker, calls);

    assertThat(breaker.status().state()).isEqualTo(TierStatus.State.UP);
  }

  @ParameterizedTest
  @ValueSource(strings = {"FF", "SFF", "FSF", "FSSF", "SSSSSFSF"})
  void secondFailureAmongFourCalls_opensTheCircuit(String calls) {
    play(breaker, calls.substring(0, calls.length() - 1));
    assertThat(breaker.status().state()).isEqualTo(TierStatus.State.UP);

    play(breaker, "F");

    assertThat(breaker.status().state()).isEqualTo(TierStatus.State.DOWN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"F", "SF"})
  void singleFailureAfterTheCircuitClosed_doesNotOpenItAgain(String calls) {
    // Given a circuit that a probe has closed
    TierBreaker soon = probedSoon(IntervalFunction.of(Duration.ofMillis(10)));
    play(soon, "FF");
    script.awaitProbe(soon);
    soon.record(Admission.PROBE, DURABLE, Duration.ofMillis(FAST));

    // When
    play(soon, calls);

    // Then
    assertThat(soon.status().state()).isEqualTo(TierStatus.State.UP);
    play(soon, "F");
    assertThat(soon.status().state()).isEqualTo(TierStatus.State.DOWN);
  }

  @ParameterizedTest
  @ValueSource(longs = {1_100, 1_900})
  void pause_doesNotOpenTheCircuitHoweverManyCallsAreUnderWay(long length) {
    List<Call> calls =
        script.play(breaker, CLIENTS, 20_000, at -> afterPause(at, 5_000, 5_000 + length));

    assertThat(breaker.status().state()).isEqualTo(TierStatus.State.UP);
    assertThat(calls.stream().filter(call -> call.millis() > 1_000)).hasSize(CLIENTS);
  }

  @Test
  void pausesFromTimeToTime_doNotOpenTheCircuit() {
    script.play(
        breaker,
        CLIENTS,
        60_000,
        at -> afterPause(at, at / 5_000 * 5_000 + 3_800, at / 5_000 * 5_000 + 4_950));

    assertThat(breaker.status().state()).isEqualTo(TierStatus.State.UP);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, CLIENTS})
  void slowTier_opensTheCircuitAfterASecondRoundOfCalls(int clients) {
    List<Call> calls =
        script.play(breaker, clients, 60_000, at -> answer(at < 5_000 ? FAST : SLOW, DURABLE));

    assertThat(breaker.status().state()).isEqualTo(TierStatus.State.DOWN);
    // One client has its last fast call among the four that count, and needs a third slow one.
    long rounds = clients == 1 ? 3 : 2;
    assertThat(calls.getLast().endMillis()).isLessThan(5_000 + (rounds * (SLOW + 10)) + 100);
  }

  @Test
  void slowTier_opensTheCircuitAlsoWhenCallsAreRare() {
    for (int i = 0; i < 5 && breaker.status().state() == TierStatus.State.UP; i++) {
      script.advance(60_000);
      script.call(breaker, SLOW, DURABLE);
    }

    assertThat(breaker.status().state()).isEqualTo(TierStatus.State.DOWN);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void halfSlowTier_opensTheCircuit(long seed) {
    Random random = new Random(seed);

    script.play(
        breaker,
        CLIENTS,
        60_000,
        at -> answer(at < 5_000 || random.nextBoolean() ? FAST : SLOW, DURABLE));

    assertThat(breaker.status().state()).isEqualTo(TierStatus.State.DOWN);
  }

  @Test
  void slowCalls_doNotCountWhileEverythingIsStillCold() {
    TierBreaker cold = breaker(Duration.ofMinutes(5));

    script.play(cold, 2, 60_000, at -> answer(SLOW, DURABLE));

    assertThat(cold.status().state()).isEqualTo(TierStatus.State.UP);
  }

  @Test
  void failures_countFromTheFirst() {
    TierBreaker cold = breaker(Duration.ofMinutes(5));

    List<Call> calls = script.play(cold, 2, 60_000, at -> answer(TIMEOUT, NOT_CONFIRMED));

    assertThat(cold.status().state()).isEqualTo(TierStatus.State.DOWN);
    assertThat(calls).hasSize(2);
  }

  @Test
  void errorsOfOneDocument_doNotOpenTheCircuit() {
    List<DeliveryOutcome> failed =
        List.of(new DeliveryOutcome.NotConfirmed(new DocumentWriteException(424242, "unheard of")));

    for (int i = 0; i < 20; i++) {
      script.call(breaker, FAST, failed);
    }

    assertThat(breaker.status().state()).isEqualTo(TierStatus.State.UP);
  }

  @Test
  void backPressure_doesNotOpenTheCircuit() {
    List<DeliveryOutcome> notSent =
        List.of(new DeliveryOutcome.NotConfirmed(new NotSentException("full")));

    for (int i = 0; i < 20; i++) {
      script.call(breaker, FAST, notSent);
    }

    assertThat(breaker.status().state()).isEqualTo(TierStatus.State.UP);
  }

  @Test
  void backPressure_givesTheProbesPermitBack() {
    // Given a half-open circuit
    TierBreaker soon = probedSoon(IntervalFunction.of(Duration.ofMillis(10)));
    script.play(soon, 2, 60_000, at -> answer(TIMEOUT, NOT_CONFIRMED));
    script.awaitProbe(soon);

    // When the probe was not sent
    soon.record(
        Admission.PROBE,
        List.of(new DeliveryOutcome.NotConfirmed(new NotSentException("full"))),
        Duration.ofMillis(FAST));

    // Then
    assertThat(soon.admit()).isEqualTo(Admission.PROBE);
  }

  @Test
  void callsFromBeforeTheCircuitOpened_areNotTakenForTheProbe() {
    // Given a circuit that two failures opened while two more calls were under way
    TierBreaker soon = probedSoon(IntervalFunction.of(Duration.ofMillis(10)));
    for (int i = 0; i < 4; i++) {
      assertThat(soon.admit()).isEqualTo(Admission.ALL);
    }
    script.advance(TIMEOUT);
    soon.record(Admission.ALL, NOT_CONFIRMED, Duration.ofMillis(TIMEOUT));
    soon.record(Admission.ALL, NOT_CONFIRMED, Duration.ofMillis(TIMEOUT));
    script.awaitProbe(soon);
    script.advance(FAST);

    // When they fail as well, before the probe is answered
    soon.record(Admission.ALL, NOT_CONFIRMED, Duration.ofMillis(TIMEOUT + FAST));
    soon.record(Admission.ALL, NOT_CONFIRMED, Duration.ofMillis(TIMEOUT + FAST));
    soon.record(Admission.PROBE, DURABLE, Duration.ofMillis(FAST));

    // Then
    assertThat(soon.status().state()).isEqualTo(TierStatus.State.UP);
  }

  @Test
  void probe_countsEvenIfItBeganBeforeTheChangeWasNoted() {
    // Given a circuit whose change is noted now
    TierBreaker soon = probedSoon(IntervalFunction.of(Duration.ofMillis(10)));
    script.play(soon, 2, 60_000, at -> answer(TIMEOUT, NOT_CONFIRMED));
    script.awaitProbe(soon);

    // When the probe is confirmed, which was admitted a moment before that
    soon.record(Admission.PROBE, DURABLE, Duration.ofMillis(FAST));

    // Then
    assertThat(soon.status().state()).isEqualTo(TierStatus.State.UP);
  }

  @Test
  void failure_ofACallFromBeforeMakesNoRoomForASecondProbe() {
    // Given a call that is under way while the circuit opens and is probed
    TierBreaker soon = probedSoon(IntervalFunction.of(Duration.ofMillis(10)));
    Admission before = soon.admit();
    script.play(soon, 2, 60_000, at -> answer(TIMEOUT, NOT_CONFIRMED));
    script.awaitProbe(soon);

    // When
    soon.failed(before);

    // Then
    assertThat(soon.admit()).isEqualTo(Admission.NONE);
    assertThat(soon.failures()).isOne();
  }

  @Test
  void slowProbe_leavesTheCircuitOpen() {
    TierBreaker soon = probedSoon(attempt -> attempt == 1 ? 10L : 600_000L);
    script.play(soon, 2, 60_000, at -> answer(TIMEOUT, NOT_CONFIRMED));
    script.awaitProbe(soon);
    script.advance(SLOW);

    soon.record(Admission.PROBE, DURABLE, Duration.ofMillis(SLOW));

    assertThat(soon.status().state()).isEqualTo(TierStatus.State.DOWN);
  }

  @Test
  void status_isProbingAfterTheOpenTimeWithoutACall() {
    // Given
    script.play(breaker, 2, 60_000, at -> answer(TIMEOUT, NOT_CONFIRMED));
    assertThat(breaker.status().state()).isEqualTo(TierStatus.State.DOWN);

    // When
    script.advance(61_000);

    // Then
    assertThat(breaker.status().state()).isEqualTo(TierStatus.State.PROBING);
  }

  @Test
  void slowCalls_countOnceTheTimeToWarmUpIsOver() {
    // Given a tier that was confirmed first five minutes ago
    TierBreaker cold = breaker(Duration.ofMinutes(5));
    script.call(cold, FAST, DURABLE);
    script.advance(Duration.ofMinutes(6).toMillis());

    // When
    script.play(cold, CLIENTS, 600_000, at -> answer(SLOW, DURABLE));

    // Then
    assertThat(cold.status().state()).isEqualTo(TierStatus.State.DOWN);
  }

  /** Makes one call after the other: F fails, S succeeds. */
  private void play(TierBreaker to, String calls) {
    calls.chars().forEach(call -> script.call(to, FAST, call == 'F' ? NOT_CONFIRMED : DURABLE));
  }

  private TierBreaker breaker(Duration warmUp) {
    return new TierBreaker(Tier.KAFKA, OPEN_TIME, warmUp, script.timing());
  }

  private TierBreaker probedSoon(IntervalFunction openTime) {
    return new TierBreaker(Tier.KAFKA, openTime, Duration.ZERO, script.timing());
  }

  /** A tier that answers at once, but not between two moments. */
  private static ScriptedTier.Answer afterPause(long at, long from, long to) {
    boolean paused = at + FAST > from && at < to;
    return answer(paused ? to - at + FAST : FAST, DURABLE);
  }

  private static ScriptedTier.Answer answer(long millis, List<DeliveryOutcome> outcomes) {
    return new ScriptedTier.Answer(millis, outcomes);
  }
}
