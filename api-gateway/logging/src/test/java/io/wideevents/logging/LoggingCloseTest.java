package io.wideevents.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import io.wideevents.testing.LogCapture;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of events that were handed off, and have no answer, when the service closes. */
@Timeout(60)
class LoggingCloseTest {
  private static final int EVENTS = 50;

  // The tiers get an eighth of the time to close.
  private static final LoggingSettings SETTINGS =
      LoggingSettings.of("shop").timed(Duration.ofMinutes(5), Duration.ofSeconds(4));

  private final RecordingLogger tier = new RecordingLogger(Tier.KAFKA);
  private final RecordingLogger spool = new RecordingLogger(Tier.SPOOL);

  @Test
  void close_spoolsWhatATierThatIsSilentHasNotAnswered() {
    tier.fallSilent();
    LoggingService service = queued(SETTINGS, tier, spool);
    complete(service, EVENTS);
    await().until(() -> !tier.calls().isEmpty());

    service.close();

    assertThat(spool.durable()).hasSize(EVENTS);
    assertThat(service.stats().durable()).containsEntry(Tier.SPOOL, (long) EVENTS);
    assertThat(service.stats().inFlight()).isZero();
    // What the tier answers after that is not counted a second time.
    tier.close();
    assertThat(service.stats().durableTotal()).isEqualTo(EVENTS);
    assertThat(service.stats().droppedTotal()).isZero();
    assertThat(service.stats().queuedBytes()).isZero();
  }

  @Test
  void close_spoolsWhatATierThatBlocksHasNotTaken() {
    CountDownLatch blocked = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    LoggerPort blocking =
        port(
            events -> {
              blocked.countDown();
              awaitUninterruptibly(end);
              return confirmed(events, Tier.KAFKA);
            });
    LoggingService service = queued(SETTINGS, blocking, spool);
    try {
      complete(service, 1);
      awaitUninterruptibly(blocked);
      complete(service, EVENTS - 1);

      service.close();

      assertThat(spool.durable()).hasSize(EVENTS);
      assertThat(service.stats().durable()).containsEntry(Tier.SPOOL, (long) EVENTS);
    } finally {
      end.countDown();
    }
    await().until(() -> service.stats().queuedBytes() == 0);
    assertThat(service.stats().durableTotal()).isEqualTo(EVENTS);
  }

  /** The queue of the spool is a fraction of the tiers' queue. */
  @Test
  void close_waitsForRoomOnTheWayToTheSpool() {
    tier.fallSilent();
    LoggingService service =
        queued(
            SETTINGS
                .boundedBy(50_000_000, 20_000)
                .timed(Duration.ofMinutes(5), Duration.ofSeconds(8)),
            tier,
            port(this::afterAMoment));
    complete(service, 500);

    service.close();

    assertThat(spool.durable()).hasSize(500);
    assertThat(service.stats().droppedTotal()).isZero();
  }

  @Test
  void close_isDoneWhenTheSpoolHasAnswered() {
    tier.fallSilent();
    LoggingService service =
        queued(SETTINGS.timed(Duration.ofMinutes(5), Duration.ofSeconds(16)), tier, spool);
    complete(service, EVENTS);
    long start = System.nanoTime();

    service.close();

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
    assertThat(spool.durable()).hasSize(EVENTS);
  }

  @Test
  void close_countsAnEventThatATierConfirmsAfterTheSpoolFailed() {
    CompletableFuture<Void> late = new CompletableFuture<>();
    spool.goDown();
    LoggingService service =
        queued(SETTINGS, port(events -> late.thenCompose(ready -> confirmed(events))), spool);
    complete(service, EVENTS);

    service.close();
    assertThat(spool.calls()).isNotEmpty();
    assertThat(service.stats().inFlight()).isEqualTo(EVENTS);
    late.complete(null);

    assertThat(service.stats().durable()).containsEntry(Tier.KAFKA, (long) EVENTS);
    assertThat(service.stats().droppedTotal()).isZero();
  }

  @Test
  void close_countsAsDroppedWhatNeitherATierNorTheSpoolConfirms() {
    tier.fallSilent();
    spool.goDown();
    LoggingService service = queued(SETTINGS, tier, spool);
    complete(service, EVENTS);

    service.close();
    tier.close();

    assertThat(service.stats().inFlight()).isZero();
    assertThat(service.stats().dropped()).containsEntry(DropReason.NOT_CONFIRMED, (long) EVENTS);
  }

  @Test
  void close_saysThatEventsWithoutAnAnswerAreNotLostYet() {
    CompletableFuture<Void> late = new CompletableFuture<>();
    LoggerPort slow = port(events -> late.thenCompose(ready -> confirmed(events, Tier.SPOOL)));
    tier.fallSilent();
    LoggingService service =
        queued(SETTINGS.timed(Duration.ofMinutes(5), Duration.ofMillis(400)), tier, slow);
    complete(service, EVENTS);
    try (LogCapture log = new LogCapture(LoggingService.class)) {
      service.close();
      late.complete(null);
      assertThat(service.countLost()).isZero();

      assertThat(service.stats().durable()).containsEntry(Tier.SPOOL, (long) EVENTS);
      assertThat(log.events()).noneMatch(line -> line.getLevel() == Level.ERROR);
      assertThat(log.events()).anyMatch(line -> line.getMessage().contains("lost unless"));
    }
  }

  @Test
  void countLost_countsWhatHasNoAnswerAtTheEnd() {
    CompletableFuture<List<DeliveryOutcome>> never = new CompletableFuture<>();
    LoggingService service =
        queued(
            SETTINGS.timed(Duration.ofMinutes(5), Duration.ofMillis(400)),
            port(events -> never),
            port(events -> never));
    complete(service, EVENTS);
    service.close();
    assertThat(service.stats().inFlight()).isEqualTo(EVENTS);

    assertThat(service.countLost()).isEqualTo(EVENTS);

    assertThat(service.stats().inFlight()).isZero();
    assertThat(service.stats().dropped()).containsEntry(DropReason.NOT_CONFIRMED, (long) EVENTS);
    assertThat(service.countLost()).isZero();
  }

  @Test
  void close_spoolsTheEventOfARequestThatWaitsForItsTier() throws Exception {
    tier.fallSilent();
    LoggingService service =
        LoggingService.waiting(SETTINGS, tier, tier, spool, InstantSource.system());
    try (ExecutorService requests = Executors.newFixedThreadPool(2)) {
      Future<?> first = requests.submit(() -> complete(service, 1));
      Future<?> second = requests.submit(() -> complete(service, 1));
      await().until(() -> tier.calls().size() == 2);

      service.close();

      assertThat(spool.durable()).hasSize(2);
      assertThat(service.stats().durable()).containsEntry(Tier.SPOOL, 2L);
      tier.close();
      first.get(30, TimeUnit.SECONDS);
      second.get(30, TimeUnit.SECONDS);
    }
    assertThat(service.stats().durableTotal()).isEqualTo(2);
    assertThat(service.stats().droppedTotal()).isZero();
  }

  /** As a shutdown hook's thread may be, or one of a pool that is shut down meanwhile. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void close_onAThreadThatIsInterrupted_spoolsTheSame(boolean before) throws Exception {
    tier.fallSilent();
    LoggingService service = queued(SETTINGS, tier, port(this::afterAMoment));
    complete(service, EVENTS);
    AtomicInteger interrupted = new AtomicInteger();
    Thread closing =
        new Thread(
            () -> {
              if (before) {
                Thread.currentThread().interrupt();
              }
              service.close();
              interrupted.set(Thread.interrupted() ? 1 : 0);
            });

    closing.start();
    if (!before) {
      await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
      closing.interrupt();
    }
    closing.join();

    assertThat(spool.durable()).hasSize(EVENTS);
    assertThat(interrupted).hasValue(1);
  }

  /** Answers from the spool, which takes a moment for each call. */
  private CompletableFuture<List<DeliveryOutcome>> afterAMoment(List<EncodedEvent> events) {
    return CompletableFuture.supplyAsync(
        () -> spool.log(events, Deadline.after(Duration.ofMinutes(1))).join(),
        CompletableFuture.delayedExecutor(10, TimeUnit.MILLISECONDS));
  }

  private static LoggingService queued(
      LoggingSettings settings, LoggerPort tiers, LoggerPort spool) {
    return LoggingService.queued(settings, tiers, spool, InstantSource.system());
  }

  private static void complete(LoggingService service, int requests) {
    for (int i = 0; i < requests; i++) {
      service.complete(service.begin("req-" + i, null).set("n", i), Ending.ANSWERED);
    }
  }

  private static CompletableFuture<List<DeliveryOutcome>> confirmed(List<EncodedEvent> events) {
    return confirmed(events, Tier.KAFKA);
  }

  private static CompletableFuture<List<DeliveryOutcome>> confirmed(
      List<EncodedEvent> events, Tier tier) {
    return CompletableFuture.completedFuture(
        Collections.nCopies(events.size(), new DeliveryOutcome.Durable(tier)));
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private interface Answer {
    CompletableFuture<List<DeliveryOutcome>> to(List<EncodedEvent> events);
  }

  private static LoggerPort port(Answer answer) {
    return new LoggerPort() {
      @Override
      public CompletableFuture<List<DeliveryOutcome>> log(
          List<EncodedEvent> events, Deadline deadline) {
        return answer.to(events);
      }

      @Override
      public void close() {}
    };
  }
}
