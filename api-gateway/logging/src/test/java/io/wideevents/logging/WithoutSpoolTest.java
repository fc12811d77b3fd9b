package io.wideevents.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.Tier;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A service that has one tier and no spool. */
@Timeout(60)
class WithoutSpoolTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  private final RecordingLogger tier = new RecordingLogger(Tier.KAFKA);

  @Test
  void events_thatTheQueueDoesNotHoldAreDroppedAndCounted() {
    // Given a tier without an answer, and a queue for a few events
    tier.fallSilent();
    LoggingService service = queued(LoggingSettings.of("shop").boundedBy(4096, 1));

    // When
    complete(service, 50);

    // Then
    assertThat(service.stats().dropped().get(DropReason.QUEUES_FULL)).isPositive();
    assertThat(service.stats().droppedTotal() + service.stats().inFlight()).isEqualTo(50);
    assertThat(service.stats().queuedBytes()).isLessThan(3 * 4096);
    tier.close();
    service.close();
  }

  @Test
  void events_thatTheTierDoesNotConfirmAreDroppedAndCounted() {
    tier.goDown();
    LoggingService service = queued(LoggingSettings.of("shop"));

    complete(service, 5);

    await().until(() -> service.stats().inFlight() == 0);
    assertThat(service.stats().dropped()).containsEntry(DropReason.NOT_CONFIRMED, 5L);
    service.close();
  }

  @Test
  void close_givesTheTierTheWholeTimeAndCountsWhatHasNoOutcome() {
    // Given
    tier.fallSilent();
    LoggingService service = queued(LoggingSettings.of("shop").timed(LONG, Duration.ofMillis(800)));
    complete(service, 5);
    await().until(() -> !tier.calls().isEmpty());
    long start = System.nanoTime();

    // When
    service.close();
    complete(service, 1);

    // Then
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(700));
    assertThat(service.stats().dropped()).containsEntry(DropReason.CLOSED, 1L);
    assertThat(service.countLost()).isEqualTo(5);
    assertThat(service.stats().inFlight()).isZero();
  }

  @Test
  void waiting_returnsWhenTheJournalHasTheEvent() {
    LoggingService service =
        LoggingService.waiting(LoggingSettings.of("shop"), tier, tier, InstantSource.system());

    complete(service, 3);

    assertThat(tier.durable()).hasSize(3);
    assertThat(service.waits()).isTrue();
    service.close();
  }

  private LoggingService queued(LoggingSettings settings) {
    return LoggingService.queued(settings, tier, InstantSource.system());
  }

  private static void complete(LoggingService service, int requests) {
    for (int i = 0; i < requests; i++) {
      service.complete(service.begin("request-" + i, null), Ending.ANSWERED);
    }
  }
}
