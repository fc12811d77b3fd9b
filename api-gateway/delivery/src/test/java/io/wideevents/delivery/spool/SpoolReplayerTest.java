package io.wideevents.delivery.spool;

import static io.wideevents.delivery.spool.TestSpools.append;
import static io.wideevents.delivery.spool.TestSpools.idsOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import io.wideevents.time.Deadline;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolReplayerTest {
  private static final int AMPLE = 1_000_000;

  @TempDir Path directory;
  private final RecordingLogger tiers = new RecordingLogger(Tier.MONGODB);
  private final RecordingLogger deadLetters = new RecordingLogger(Tier.KAFKA);
  private EventSpool spool;

  @BeforeEach
  void open() {
    spool = TestSpools.open(directory);
  }

  @AfterEach
  void close() {
    spool.close();
  }

  @Test
  void replaysABacklogAndWhatComesLater() throws Exception {
    append(spool, StubEvent.many(700));

    try (SpoolReplayer replayer = start(AMPLE)) {
      await().until(() -> tiers.durable().size() == 700);
      append(spool, List.of(StubEvent.numbered(1_000)));
      await().until(() -> replayer.stats().replayed() == 701);
    }

    assertThat(spool.stats().pendingEvents()).isZero();
    assertThat(spool.stats().bytes()).isZero();
  }

  @Test
  void goesOnAfterAnOutage() throws Exception {
    tiers.goDown();
    append(spool, StubEvent.many(10));

    try (SpoolReplayer replayer = start(AMPLE)) {
      await().until(() -> tiers.calls().size() >= 2);
      assertThat(replayer.stats().replayed()).isZero();
      tiers.comeBack();
      replayer.wake();
      await().until(() -> replayer.stats().replayed() == 10);
    }

    assertThat(tiers.durable().keySet()).containsExactlyElementsOf(idsOf(StubEvent.many(10)));
  }

  @Test
  void handsRefusedEventsToTheDeadLetterTopicWhenItIsBack() throws Exception {
    deadLetters.goDown();
    tiers.refuse(event -> true);
    append(spool, StubEvent.many(10));

    try (SpoolReplayer replayer = start(AMPLE)) {
      await().until(() -> replayer.stats().setAside() == 10);
      assertThat(spool.stats().refusedEvents()).isEqualTo(10);
      deadLetters.comeBack();
      replayer.wake();
      await().until(() -> replayer.stats().deadLettered() == 10);
    }

    assertThat(deadLetters.durable()).hasSize(10);
    assertThat(spool.stats().refusedEvents()).isZero();
    assertThat(spool.stats().bytes()).isZero();
  }

  @Test
  void goesOnAfterAnError() throws Exception {
    // Given tiers that lack a class, or memory, at first
    append(spool, StubEvent.many(10));
    AtomicInteger calls = new AtomicInteger();
    LoggerPort broken =
        new LoggerPort() {
          @Override
          public CompletableFuture<List<DeliveryOutcome>> log(
              List<EncodedEvent> events, Deadline deadline) {
            if (calls.getAndIncrement() == 0) {
              throw new OutOfMemoryError("for a test");
            }
            return tiers.log(events, deadline);
          }

          @Override
          public void close() {}
        };

    try (SpoolReplayer replayer =
        new SpoolReplayer(spool, broken, DeadLetterPort.UNAVAILABLE, AMPLE)) {
      // When
      replayer.start();

      // Then
      await().until(() -> replayer.stats().replayed() == 10);
    }
  }

  @Test
  void keepsToItsPace() throws Exception {
    append(spool, StubEvent.many(1_500));
    long start = System.nanoTime();

    try (SpoolReplayer replayer = start(1_000)) {
      await().until(() -> replayer.stats().replayed() == 1_500);
    }

    // The third chunk of 500 may not leave before two have had their half second each.
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(990));
  }

  @Test
  void close_doesNotWaitForASilentTier() throws Exception {
    tiers.fallSilent();
    append(spool, StubEvent.many(10));
    SpoolReplayer replayer = start(AMPLE);
    await().until(() -> tiers.calls().size() == 1);
    long start = System.nanoTime();

    replayer.close();
    replayer.close();

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
    assertThat(spool.stats().pendingEvents()).isEqualTo(10);
  }

  @Test
  void close_withoutStartDoesNothing() throws Exception {
    append(spool, StubEvent.many(10));

    new SpoolReplayer(spool, tiers, DeadLetterPort.UNAVAILABLE, AMPLE).close();

    assertThat(tiers.calls()).isEmpty();
    assertThat(spool.stats().pendingEvents()).isEqualTo(10);
  }

  private SpoolReplayer start(int eventsPerSecond) {
    SpoolReplayer replayer =
        new SpoolReplayer(
            spool,
            tiers,
            (events, deadline) -> deadLetters.log(List.copyOf(events), deadline),
            eventsPerSecond);
    replayer.start();
    return replayer;
  }
}
