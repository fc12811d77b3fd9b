package io.wideevents.delivery.tiers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resilience4j.core.IntervalFunction;
import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.delivery.tiers.FailoverLogger.OnRefusal;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import io.wideevents.testing.ThrowingLog;
import io.wideevents.time.ClosingTime;
import io.wideevents.time.Deadline;
import io.wideevents.time.Timing;
import io.wideevents.time.VirtualTime;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

@SuppressWarnings("try") // A resource is held by being open.
class FailoverLoggerTest {
  private static final Duration AMPLE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final DeliveryOutcome IN_MONGODB = new DeliveryOutcome.Durable(Tier.MONGODB);
  private static final DeliveryOutcome IN_SPOOL = new DeliveryOutcome.Durable(Tier.SPOOL);

  private final RecordingLogger first = new RecordingLogger(Tier.MONGODB);
  private final RecordingLogger next = new RecordingLogger(Tier.SPOOL);
  private final VirtualTime time = new VirtualTime();
  private final TierBreaker breaker =
      new TierBreaker(Tier.MONGODB, IntervalFunction.of(PAUSE), time);
  private final FailoverLogger logger = logger(FailoverLogger.OnRefusal.ANSWER);

  @AfterEach
  void close() {
    logger.close();
  }

  @Test
  void log_leavesTheNextTierAloneWhileTheFirstConfirms() {
    assertThat(log(List.copyOf(StubEvent.many(3)))).containsOnly(IN_MONGODB);
    assertThat(next.calls()).isEmpty();
  }

  @Test
  void log_takesExactlyWhatIsNotConfirmedToTheNextTier() {
    // Given
    List<EncodedEvent> events = List.copyOf(StubEvent.many(4));
    first.leaveUnconfirmed(event -> event.equals(events.get(1)) || event.equals(events.get(3)));

    // When
    List<DeliveryOutcome> outcomes = log(events);

    // Then
    assertThat(outcomes).containsExactly(IN_MONGODB, IN_SPOOL, IN_MONGODB, IN_SPOOL);
    assertThat(next.calls()).containsExactly(List.of(events.get(1), events.get(3)));
  }

  @Test
  void log_doesNotRunTheFallbackOnTheTiersOwnThread() {
    // Given a tier that answers on its own thread
    Set<String> threads = ConcurrentHashMap.newKeySet();
    var async =
        new FailoverLogger(
            new GuardedTier(
                (events, deadline) ->
                    CompletableFuture.supplyAsync(
                        () -> notConfirmed(events.size()),
                        task -> Thread.ofPlatform().name("tier-io").start(task)),
                new TierBreaker(Tier.MONGODB, Timing.system()),
                Timing.system()),
            first::close,
            new ThreadRecordingLogger(next, threads),
            FailoverLogger.OnRefusal.ANSWER,
            fallbackLog(),
            new ClosingTime(Duration.ofSeconds(30)),
            Timing.system());

    // When
    async.log(List.of(StubEvent.numbered(1)), Deadline.after(AMPLE)).join();
    async.close();

    // Then
    assertThat(threads).containsExactly("delivery-mongodb-1");
  }

  @RepeatedTest(20)
  void close_takesToTheNextTierWhatTheFirstAnswersMeanwhile() {
    // Given a tier whose answer comes on a thread of its own while the tier closes
    CompletableFuture<List<DeliveryOutcome>> answer = new CompletableFuture<>();
    var closing =
        new FailoverLogger(
            new GuardedTier(
                (events, deadline) -> answer,
                new TierBreaker(Tier.MONGODB, Timing.system()),
                Timing.system()),
            () -> Thread.ofPlatform().start(() -> answer.complete(notConfirmed(1))),
            next,
            FailoverLogger.OnRefusal.ANSWER,
            fallbackLog(),
            new ClosingTime(Duration.ofSeconds(30)),
            Timing.system());
    CompletableFuture<List<DeliveryOutcome>> outcomes =
        closing.log(List.of(StubEvent.numbered(1)), Deadline.after(AMPLE));

    // When
    closing.close();

    // Then
    assertThat(outcomes.join()).containsExactly(IN_SPOOL);
  }

  @Test
  void log_answersARefusalOrTakesItOn() {
    // Given
    first.refuse(event -> true);
    FailoverLogger takingOn = logger(FailoverLogger.OnRefusal.TRY_NEXT);

    // When
    List<DeliveryOutcome> answered = log(List.of(StubEvent.numbered(1)));
    List<DeliveryOutcome> takenOn = log(takingOn, List.of(StubEvent.numbered(2)));

    // Then
    assertThat(answered).hasOnlyElementsOfType(DeliveryOutcome.Refused.class);
    assertThat(takenOn).containsExactly(IN_SPOOL);
  }

  @Test
  void log_leavesHalfOfItsTimeToTheNextTier() {
    // Given
    FailoverLogger overSilent = logger(this::fallSilent, FailoverLogger.OnRefusal.ANSWER);

    // When
    CompletableFuture<List<DeliveryOutcome>> answer =
        overSilent.log(
            List.of(StubEvent.numbered(1)),
            Deadline.after(Duration.ofMillis(600), time.nanoClock()));

    // Then
    time.advance(Duration.ofMillis(299));
    assertThat(answer).isNotDone();
    time.advance(Duration.ofMillis(1));
    assertThat(answer).isCompletedWithValue(List.of(IN_SPOOL));
  }

  @Test
  void log_stopsWaitingForATierThatKeepsFailing() {
    // Given
    openCircuit();
    int calls = first.calls().size();

    // When
    List<DeliveryOutcome> outcomes = log(List.of(StubEvent.numbered(10)));

    // Then
    assertThat(outcomes).containsExactly(IN_SPOOL);
    assertThat(first.calls()).hasSize(calls);
    assertThat(breaker.status().state()).isEqualTo(TierStatus.State.DOWN);
  }

  @Test
  void log_doesNotCountRefusalsAgainstTheTier() {
    first.refuse(event -> true);

    for (int i = 0; i < 20; i++) {
      log(List.of(StubEvent.numbered(i)));
    }

    assertThat(breaker.status().state()).isEqualTo(TierStatus.State.UP);
  }

  @Test
  void log_doesNotCountCallsWithoutTimeAgainstTheTier() {
    for (int i = 0; i < 20; i++) {
      logger
          .log(List.of(StubEvent.numbered(i)), Deadline.after(Duration.ZERO, time.nanoClock()))
          .join();
    }

    assertThat(first.calls()).isEmpty();
    assertThat(breaker.status().state()).isEqualTo(TierStatus.State.UP);
  }

  @Test
  void log_probesWithOneEventThatGoesToBothTiers() {
    // Given
    openCircuit();
    awaitProbing();
    List<EncodedEvent> events = List.copyOf(StubEvent.many(5));

    // When
    List<DeliveryOutcome> outcomes = log(events);

    // Then
    assertThat(outcomes).hasSize(5).containsOnly(IN_SPOOL);
    assertThat(first.calls().getLast()).containsExactly(events.getFirst());
    assertThat(next.calls().getLast()).isEqualTo(events);
  }

  @Test
  void log_answersAProbeFromTheNextTierWithoutWaiting() {
    // Given a tier that hangs
    openCircuit();
    first.comeBack();
    first.fallSilent();
    awaitProbing();

    // When
    CompletableFuture<List<DeliveryOutcome>> answer =
        logger.log(List.of(StubEvent.numbered(20)), ample());

    // Then
    assertThat(answer).isCompletedWithValue(List.of(IN_SPOOL));
  }

  @Test
  void log_answersAProbeFromTheFirstTierWhenTheNextFails() {
    // Given
    openCircuit();
    first.comeBack();
    next.goDown();
    awaitProbing();

    // When
    List<DeliveryOutcome> outcomes = log(List.copyOf(StubEvent.many(2)));

    // Then
    assertThat(outcomes.getFirst()).isEqualTo(IN_MONGODB);
    assertThat(outcomes.getLast()).isInstanceOf(DeliveryOutcome.NotConfirmed.class);
  }

  @Test
  void log_takesARefusedProbeForUnconfirmedWhereTheNextTierMayTakeTheEvent() {
    // Given a first tier whose refusals are not final, and a next one that is down
    FailoverLogger lenient = logger(FailoverLogger.OnRefusal.TRY_NEXT);
    openCircuit();
    first.comeBack();
    first.refuse(event -> true);
    next.goDown();
    awaitProbing();

    // When
    List<DeliveryOutcome> outcomes = log(lenient, List.of(StubEvent.numbered(50)));

    // Then the client must not take the event for one that can never be stored
    assertThat(outcomes).hasOnlyElementsOfType(DeliveryOutcome.NotConfirmed.class);
    lenient.close();
  }

  @Test
  void log_returnsToATierThatIsBack() {
    // Given
    openCircuit();
    first.comeBack();
    awaitProbing();

    // When
    log(List.of(StubEvent.numbered(30)));

    // Then
    assertThat(breaker.status().state()).isEqualTo(TierStatus.State.UP);
    assertThat(log(List.of(StubEvent.numbered(31)))).containsExactly(IN_MONGODB);
  }

  @Test
  void log_doesNotCountAnEventThatCannotBeEncodedAgainstTheTier() {
    // Given a tier that is being probed, and an event that it cannot even be given
    openCircuit();
    first.comeBack();
    awaitProbing();
    FailoverLogger throwing =
        logger(
            (events, deadline) -> fail(new IllegalStateException("undecodable")),
            FailoverLogger.OnRefusal.ANSWER);

    // When
    assertThat(log(throwing, List.copyOf(StubEvent.many(1)))).containsExactly(IN_SPOOL);

    // Then the next event may still probe
    assertThat(log(List.of(StubEvent.numbered(40)))).containsExactly(IN_MONGODB);
    assertThat(breaker.status().state()).isEqualTo(TierStatus.State.UP);
  }

  @Test
  void log_probesAgainAfterAProbeThatFoundABrokenInstallation() {
    // Given
    openCircuit();
    first.comeBack();
    awaitProbing();
    FailoverLogger broken =
        logger(
            (events, deadline) -> fail(new NoClassDefFoundError("a compressor")),
            FailoverLogger.OnRefusal.ANSWER);

    // When
    assertThat(log(broken, List.copyOf(StubEvent.many(1)))).containsExactly(IN_SPOOL);

    // Then the tier is not left alone for ever
    assertThat(log(List.of(StubEvent.numbered(41)))).containsExactly(IN_MONGODB);
    assertThat(breaker.status().state()).isEqualTo(TierStatus.State.UP);
  }

  @ParameterizedTest
  @MethodSource("brokenTiers")
  void log_takesEventsOnWhenATierFailsInsteadOfAnswering(DeliveryAttempt broken) {
    // Given
    FailoverLogger overBroken = logger(broken, FailoverLogger.OnRefusal.ANSWER);
    List<EncodedEvent> events = List.copyOf(StubEvent.many(3));

    // When
    List<DeliveryOutcome> outcomes = log(overBroken, events);

    // Then
    assertThat(outcomes).containsExactly(IN_SPOOL, IN_SPOOL, IN_SPOOL);
    assertThat(next.calls()).containsExactly(events);
    assertThat(breaker.failures()).isOne();
    assertThat(breaker.status().state()).isEqualTo(TierStatus.State.UP);
    overBroken.close();
  }

  static List<Named<DeliveryAttempt>> brokenTiers() {
    return List.of(
        Named.of("throws", (events, deadline) -> fail(new IllegalStateException("a bug"))),
        Named.of("misses a class", (events, deadline) -> fail(new NoClassDefFoundError("zstd"))),
        Named.of("is out of memory", (events, deadline) -> fail(new OutOfMemoryError("heap"))),
        Named.of(
            "completes exceptionally",
            (events, deadline) -> CompletableFuture.failedFuture(new IllegalStateException("bug"))),
        Named.of(
            "completes with an error",
            (events, deadline) ->
                CompletableFuture.supplyAsync(
                    () -> {
                      throw new NoClassDefFoundError("zstd");
                    },
                    Runnable::run)));
  }

  private static <T> T fail(RuntimeException failure) {
    throw failure;
  }

  private static <T> T fail(Error failure) {
    throw failure;
  }

  @Test
  void close_takesWhatTheFirstTierLeftUnconfirmedToTheNext() {
    // Given
    first.fallSilent();
    CompletableFuture<List<DeliveryOutcome>> open =
        logger.log(List.of(StubEvent.numbered(1)), ample());

    // When
    logger.close();

    // Then
    assertThat(open).isCompletedWithValue(List.of(IN_SPOOL));
    assertThat(next.isClosed()).isTrue();
  }

  @Test
  void answer_thatComesAfterTheCloseTakesTheEventToTheNextTier() {
    // Given a tier that answers after it was closed, and a next tier that is still open
    CompletableFuture<List<DeliveryOutcome>> late = new CompletableFuture<>();
    RecordingLogger stillOpen = new RecordingLogger(Tier.SPOOL);
    LoggerPort unclosed =
        new LoggerPort() {
          @Override
          public CompletableFuture<List<DeliveryOutcome>> log(
              List<EncodedEvent> events, Deadline deadline) {
            return stillOpen.log(events, deadline);
          }

          @Override
          public void close() {}
        };
    FailoverLogger closed =
        new FailoverLogger(
            new GuardedTier((events, deadline) -> late, breaker, time),
            first::close,
            unclosed,
            OnRefusal.ANSWER,
            fallbackLog(),
            new ClosingTime(Duration.ofSeconds(30)),
            time);
    CompletableFuture<List<DeliveryOutcome>> open =
        closed.log(List.of(StubEvent.numbered(1)), ample());
    closed.close();

    // When
    late.complete(notConfirmed(1));

    // Then
    assertThat(open).isCompletedWithValue(List.of(IN_SPOOL));
  }

  @ParameterizedTest
  @ValueSource(strings = {"io.wideevents", "ROOT"})
  void log_fallsBackAndRecoversWhateverTheLoggingThrows(String hostile) {
    try (ThrowingLog log = new ThrowingLog(hostile)) {
      // Given a tier that is down, and then open for one probe
      first.goDown();
      assertThat(log(List.of(StubEvent.numbered(1)))).containsExactly(IN_SPOOL);
      assertThat(log(List.of(StubEvent.numbered(2)))).containsExactly(IN_SPOOL);
      assertThat(log(List.of(StubEvent.numbered(3)))).containsExactly(IN_SPOOL);
      for (int outage = 0; outage < 3; outage++) {
        time.advance(PAUSE.plusMillis(1));
        assertThat(log(List.of(StubEvent.numbered(4)))).containsExactly(IN_SPOOL);
      }

      // When it is back
      first.comeBack();
      for (int tries = 0; tries < 4; tries++) {
        time.advance(PAUSE.plusMillis(1));
        log(List.of(StubEvent.numbered(5)));
      }

      // Then
      assertThat(breaker.status().state()).isEqualTo(TierStatus.State.UP);
      assertThat(log(List.of(StubEvent.numbered(6)))).containsExactly(IN_MONGODB);
    }
  }

  @Test
  void log_handsOnWhateverTheTierAndTheLoggingThrow() {
    FailoverLogger overThrowing =
        logger((events, deadline) -> fail(new StackOverflowError()), OnRefusal.ANSWER);

    try (ThrowingLog log = new ThrowingLog()) {
      assertThat(log(overThrowing, List.of(StubEvent.numbered(1)))).containsExactly(IN_SPOOL);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void log_leavesUnconfirmedWhatTheNextTierThrowsFor(boolean circuitOpen) {
    // Given
    LoggerPort throwing =
        new LoggerPort() {
          @Override
          public CompletableFuture<List<DeliveryOutcome>> log(
              List<EncodedEvent> events, Deadline deadline) {
            throw new OutOfMemoryError("for a test");
          }

          @Override
          public void close() {}
        };
    FailoverLogger beforeThrowing =
        new FailoverLogger(
            new GuardedTier(first::log, breaker, time),
            first::close,
            throwing,
            OnRefusal.ANSWER,
            fallbackLog(),
            new ClosingTime(Duration.ofSeconds(30)),
            time);
    first.goDown();
    if (circuitOpen) {
      openCircuit();
    }

    // When
    List<DeliveryOutcome> outcomes = log(beforeThrowing, List.of(StubEvent.numbered(1)));

    // Then
    assertThat(outcomes).hasOnlyElementsOfType(DeliveryOutcome.NotConfirmed.class);
  }

  @Test
  void close_closesTheNextTierWhateverTheFirstThrows() {
    FailoverLogger unclosable =
        new FailoverLogger(
            new GuardedTier(first::log, breaker, time),
            () -> fail(new NoClassDefFoundError("zstd")),
            next,
            OnRefusal.ANSWER,
            fallbackLog(),
            new ClosingTime(Duration.ofSeconds(30)),
            time);

    assertThatThrownBy(unclosable::close).isInstanceOf(NoClassDefFoundError.class);

    assertThat(next.isClosed()).isTrue();
  }

  private void openCircuit() {
    first.goDown();
    log(List.of(StubEvent.numbered(100)));
    log(List.of(StubEvent.numbered(101)));
    assertThat(breaker.status().state()).isEqualTo(TierStatus.State.DOWN);
  }

  private void awaitProbing() {
    time.advance(PAUSE.plusMillis(1));
    assertThat(breaker.status().state()).isEqualTo(TierStatus.State.PROBING);
  }

  private List<DeliveryOutcome> log(List<EncodedEvent> events) {
    return log(logger, events);
  }

  private List<DeliveryOutcome> log(FailoverLogger to, List<EncodedEvent> events) {
    CompletableFuture<List<DeliveryOutcome>> answer = to.log(events, ample());
    time.advance(Duration.ZERO);
    return answer.join();
  }

  private Deadline ample() {
    return Deadline.after(AMPLE, time.nanoClock());
  }

  /** A tier that takes everything and answers nothing. */
  private CompletableFuture<List<DeliveryOutcome>> fallSilent(
      List<EncodedEvent> events, Deadline deadline) {
    return time.completeOnTimeout(
        new CompletableFuture<>(), notConfirmed(events.size()), deadline.remaining());
  }

  private FailoverLogger logger(FailoverLogger.OnRefusal onRefusal) {
    return logger(first::log, onRefusal);
  }

  private FailoverLogger logger(DeliveryAttempt attempt, FailoverLogger.OnRefusal onRefusal) {
    return new FailoverLogger(
        new GuardedTier(attempt, breaker, time),
        first::close,
        next,
        onRefusal,
        fallbackLog(),
        new ClosingTime(Duration.ofSeconds(30)),
        time);
  }

  private static FallbackLog fallbackLog() {
    return new FallbackLog(
        LoggerFactory.getLogger(FailoverLoggerTest.class), Level.WARN, "Fell back");
  }

  private static List<DeliveryOutcome> notConfirmed(int events) {
    return Collections.nCopies(
        events, new DeliveryOutcome.NotConfirmed(new IllegalStateException("down")));
  }
}
