package io.wideevents.delivery.tiers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resilience4j.core.IntervalFunction;
import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.delivery.tiers.GuardedTier.OnRefusal;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import io.wideevents.testing.ThrowingLog;
import io.wideevents.time.ClosingTime;
import io.wideevents.time.Deadline;
import io.wideevents.time.Timing;
import io.wideevents.time.VirtualTime;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

@SuppressWarnings("try") // A resource is held by being open.
class DeliveryChainTest {
  private static final Duration AMPLE = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(200);
  private static final DeliveryOutcome IN_MONGODB = new DeliveryOutcome.Durable(Tier.MONGODB);
  private static final DeliveryOutcome IN_SPOOL = new DeliveryOutcome.Durable(Tier.SPOOL);

  private final RecordingLogger first = new RecordingLogger(Tier.MONGODB);
  private final RecordingLogger next = new RecordingLogger(Tier.SPOOL);
  private final VirtualTime time = new VirtualTime();
  private final TierBreaker breaker =
      new TierBreaker(Tier.MONGODB, IntervalFunction.of(PAUSE), time);
  private final DeliveryChain logger = logger(OnRefusal.ANSWER);

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
    DeliveryChain async =
        onRealTime(
            port(
                (events, deadline) ->
                    CompletableFuture.supplyAsync(
                        () -> notConfirmed(events.size()),
                        task -> Thread.ofPlatform().name("tier-io").start(task)),
                first::close),
            new ThreadRecordingLogger(next, threads));

    // When
    async.log(List.of(StubEvent.numbered(1)), Deadline.after(AMPLE)).join();
    async.close();

    // Then
    assertThat(threads).containsExactly("delivery-1");
  }

  @RepeatedTest(20)
  void close_takesToTheNextTierWhatTheFirstAnswersMeanwhile() {
    // Given a tier that answers on a separate thread while the tier closes
    CompletableFuture<List<DeliveryOutcome>> answer = new CompletableFuture<>();
    DeliveryChain closing =
        onRealTime(
            port(
                (events, deadline) -> answer,
                () -> Thread.ofPlatform().start(() -> answer.complete(notConfirmed(1)))),
            next);
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
    DeliveryChain takingOn = logger(OnRefusal.TRY_NEXT);

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
    DeliveryChain overSilent = logger(this::fallSilent, OnRefusal.ANSWER);

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
  void log_probesWithAnotherEventEachTime() {
    // Given a tier that fails for each probe
    openCircuit();
    List<EncodedEvent> events = List.copyOf(StubEvent.many(2));

    // When
    awaitProbing();
    log(events);
    awaitProbing();
    log(events);

    // Then
    assertThat(first.calls()).endsWith(events.subList(0, 1), events.subList(1, 2));
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
    DeliveryChain lenient = logger(OnRefusal.TRY_NEXT);
    openCircuit();
    first.comeBack();
    first.refuse(event -> true);
    next.goDown();
    awaitProbing();

    // When
    List<DeliveryOutcome> outcomes = log(lenient, List.of(StubEvent.numbered(50)));

    // Then the client does not get a final rejection
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
    DeliveryChain throwing =
        logger(
            (events, deadline) -> fail(new IllegalStateException("undecodable")), OnRefusal.ANSWER);

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
    DeliveryChain broken =
        logger(
            (events, deadline) -> fail(new NoClassDefFoundError("a compressor")), OnRefusal.ANSWER);

    // When
    assertThat(log(broken, List.copyOf(StubEvent.many(1)))).containsExactly(IN_SPOOL);

    // Then the chain tries the tier again
    assertThat(log(List.of(StubEvent.numbered(41)))).containsExactly(IN_MONGODB);
    assertThat(breaker.status().state()).isEqualTo(TierStatus.State.UP);
  }

  @ParameterizedTest
  @MethodSource("brokenTiers")
  void log_takesEventsOnWhenATierFailsInsteadOfAnswering(Attempt broken) {
    // Given
    DeliveryChain overBroken = logger(broken, OnRefusal.ANSWER);
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

  static List<Named<Attempt>> brokenTiers() {
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
    DeliveryChain closed =
        chain(port((events, deadline) -> late, first::close), OnRefusal.ANSWER, unclosed);
    CompletableFuture<List<DeliveryOutcome>> open =
        closed.log(List.of(StubEvent.numbered(1)), ample());
    closed.close();

    // When
    late.complete(notConfirmed(1));

    // Then
    assertThat(open).isCompletedWithValue(List.of(IN_SPOOL));
  }

  @Test
  void close_doesNotWaitForEventsThatTheExecutorCouldNotTake() {
    // Given an executor that cannot start a thread
    ExecutorService broken =
        new ForkJoinPool(1) {
          @Override
          public void execute(Runnable task) {
            throw new OutOfMemoryError("unable to create native thread");
          }
        };
    DeliveryChain withoutThreads =
        new DeliveryChain(
            List.of(new GuardedTier(first, breaker, OnRefusal.ANSWER, fallbackLog(), time)),
            Optional.of(next),
            broken,
            new ClosingTime(Duration.ofSeconds(30)));
    first.goDown();
    List<DeliveryOutcome> outcomes = log(withoutThreads, List.of(StubEvent.numbered(1)));
    assertThat(outcomes).hasOnlyElementsOfType(DeliveryOutcome.NotConfirmed.class);

    // When
    long before = waitsOfThisThread();
    withoutThreads.close();

    // Then close has not waited the second that it grants to pending events, a few milliseconds at
    // a time
    assertThat(waitsOfThisThread() - before).isLessThan(20);
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
    DeliveryChain overThrowing =
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
    DeliveryChain beforeThrowing = chain(first, OnRefusal.ANSWER, throwing);
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
  void withoutSpool_leavesUnconfirmedWhatTheLastTierDoesNotConfirm() {
    // Given
    List<EncodedEvent> events = List.copyOf(StubEvent.many(2));
    first.leaveUnconfirmed(event -> event.equals(events.getFirst()));

    // When
    List<DeliveryOutcome> outcomes = logger.withoutSpool().log(events, ample()).join();

    // Then
    assertThat(outcomes.getFirst()).isInstanceOf(DeliveryOutcome.NotConfirmed.class);
    assertThat(outcomes.getLast()).isEqualTo(IN_MONGODB);
    assertThat(next.calls()).isEmpty();
  }

  @Test
  void withoutSpool_answersAProbeWithTheOutcomeOfTheProbe() {
    // Given
    openCircuit();
    first.comeBack();
    awaitProbing();

    // When
    List<DeliveryOutcome> outcomes =
        logger.withoutSpool().log(List.copyOf(StubEvent.many(2)), ample()).join();

    // Then
    assertThat(outcomes.getFirst()).isEqualTo(IN_MONGODB);
    assertThat(outcomes.getLast()).isInstanceOf(DeliveryOutcome.NotConfirmed.class);
  }

  @Test
  void withoutSpool_closesNoTier() {
    logger.withoutSpool().close();

    assertThat(first.isClosed()).isFalse();
    assertThat(log(List.of(StubEvent.numbered(1)))).containsExactly(IN_MONGODB);
  }

  @Test
  void close_closesTheNextTierWhateverTheFirstThrows() {
    DeliveryChain unclosable =
        chain(
            port(first::log, () -> fail(new NoClassDefFoundError("zstd"))), OnRefusal.ANSWER, next);

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

  private List<DeliveryOutcome> log(DeliveryChain to, List<EncodedEvent> events) {
    CompletableFuture<List<DeliveryOutcome>> answer = to.log(events, ample());
    time.advance(Duration.ZERO);
    return answer.join();
  }

  private Deadline ample() {
    return Deadline.after(AMPLE, time.nanoClock());
  }

  /** A tier that accepts events and does not answer. */
  private CompletableFuture<List<DeliveryOutcome>> fallSilent(
      List<EncodedEvent> events, Deadline deadline) {
    return time.completeOnTimeout(
        new CompletableFuture<>(), notConfirmed(events.size()), deadline.remaining());
  }

  private DeliveryChain logger(OnRefusal onRefusal) {
    return logger(first::log, onRefusal);
  }

  private DeliveryChain logger(Attempt attempt, OnRefusal onRefusal) {
    return chain(port(attempt, first::close), onRefusal, next);
  }

  private DeliveryChain chain(LoggerPort tier, OnRefusal onRefusal, LoggerPort spool) {
    return chain(new GuardedTier(tier, breaker, onRefusal, fallbackLog(), time), spool, time);
  }

  private static DeliveryChain onRealTime(LoggerPort tier, LoggerPort spool) {
    Timing timing = Timing.system();
    return chain(
        new GuardedTier(
            tier, new TierBreaker(Tier.MONGODB, timing), OnRefusal.ANSWER, fallbackLog(), timing),
        spool,
        timing);
  }

  private static DeliveryChain chain(GuardedTier tier, LoggerPort spool, Timing timing) {
    return new DeliveryChain(
        List.of(tier),
        Optional.of(spool),
        timing.executor("delivery", 2),
        new ClosingTime(Duration.ofSeconds(30)));
  }

  private static FallbackLog fallbackLog() {
    return new FallbackLog(LoggerFactory.getLogger(DeliveryChainTest.class), "Fell back");
  }

  /** What a tier does with events. */
  private interface Attempt {
    CompletableFuture<List<DeliveryOutcome>> log(List<EncodedEvent> events, Deadline deadline);
  }

  private static LoggerPort port(Attempt attempt, Runnable close) {
    return new LoggerPort() {
      @Override
      public CompletableFuture<List<DeliveryOutcome>> log(
          List<EncodedEvent> events, Deadline deadline) {
        return attempt.log(events, deadline);
      }

      @Override
      public void close() {
        close.run();
      }
    };
  }

  private static List<DeliveryOutcome> notConfirmed(int events) {
    return Collections.nCopies(
        events, new DeliveryOutcome.NotConfirmed(new IllegalStateException("down")));
  }

  private static long waitsOfThisThread() {
    return ManagementFactory.getThreadMXBean()
        .getThreadInfo(Thread.currentThread().threadId())
        .getWaitedCount();
  }
}
