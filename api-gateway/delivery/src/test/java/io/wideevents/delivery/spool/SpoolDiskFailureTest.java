package io.wideevents.delivery.spool;

import static io.wideevents.delivery.spool.TestSpools.append;
import static io.wideevents.delivery.spool.TestSpools.idsOf;
import static io.wideevents.delivery.spool.TestSpools.outcome;
import static io.wideevents.delivery.spool.TestSpools.read;
import static io.wideevents.delivery.spool.TestSpools.remove;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import io.wideevents.testing.ThrowingLog;
import io.wideevents.time.ClosingTime;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The spool on a disk that fills up, fails and loses power. */
@SuppressWarnings("try") // A resource is held by being open.
class SpoolDiskFailureTest {
  @TempDir Path directory;
  private final SimulatedDisk disk = new SimulatedDisk();
  private EventSpool spool;

  @BeforeEach
  void open() {
    spool = TestSpools.open(directory, disk);
  }

  @AfterEach
  void close() {
    disk.goOn();
    spool.close();
  }

  @Test
  void appends_shareASync() throws Exception {
    disk.hang();
    List<CompletableFuture<SpoolOutcome>> outcomes = new ArrayList<>();
    outcomes.add(spool.append(List.of(event(0))));
    await().until(() -> disk.syncs() == 1);
    for (int n = 1; n <= 100; n++) {
      outcomes.add(spool.append(List.of(event(n))));
    }

    disk.goOn();

    for (CompletableFuture<SpoolOutcome> outcome : outcomes) {
      assertThat(outcome.get(30, TimeUnit.SECONDS)).isEqualTo(new SpoolOutcome.Spooled());
    }
    assertThat(disk.syncs()).isEqualTo(2);
  }

  @Test
  void append_isAnsweredAndTheNextOneStoredWhateverTheLoggingThrows() throws Exception {
    try (ThrowingLog log = new ThrowingLog()) {
      disk.failLooks(true);
      SpoolOutcome failed = spool.append(List.of(event(0))).get(30, TimeUnit.SECONDS);
      disk.failLooks(false);
      SpoolOutcome next = spool.append(List.of(event(1))).get(30, TimeUnit.SECONDS);

      assertThat(failed).isInstanceOf(SpoolOutcome.Failed.class);
      assertThat(next).isEqualTo(new SpoolOutcome.Spooled());
    }
  }

  @Test
  void append_isAnsweredAfterTheWriterWasInterruptedWhateverTheLoggingThrows() throws Exception {
    try (ThrowingLog log = new ThrowingLog()) {
      Thread writer =
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getName().equals("spool-writer"))
              .findFirst()
              .orElseThrow();
      await().until(() -> writer.getState() == Thread.State.TIMED_WAITING);
      writer.interrupt();
      await().until(() -> !writer.isInterrupted());

      assertThat(spool.append(List.of(event(0))).get(30, TimeUnit.SECONDS))
          .isEqualTo(new SpoolOutcome.Spooled());
    }
  }

  @Test
  void append_isAnsweredAndTheNextOneStoredWhateverTheLookForRoomThrows() throws Exception {
    disk.failLooks(true);
    SpoolOutcome failed = spool.append(List.of(event(0))).get(30, TimeUnit.SECONDS);
    disk.failLooks(false);
    SpoolOutcome after = spool.append(List.of(event(1))).get(30, TimeUnit.SECONDS);

    assertThat(failed).isInstanceOf(SpoolOutcome.Failed.class);
    assertThat(after).isEqualTo(new SpoolOutcome.Spooled());
  }

  @Test
  void append_isNotAcknowledgedBeforeTheSync() {
    disk.hang();

    CompletableFuture<SpoolOutcome> outcome = spool.append(List.of(event(0)));

    await().until(() -> disk.syncs() == 1);
    assertThat(outcome).isNotDone();
    assertThat(read(spool)).isEmpty();
  }

  @Test
  void seal_whileTheSegmentIsWrittenHappensAfterTheWrite() throws Exception {
    disk.hang();
    CompletableFuture<SpoolOutcome> outcome = spool.append(List.of(event(0)));
    await().until(() -> disk.syncs() == 1);

    assertThat(spool.segments().seal()).isFalse();
    assertThat(spool.segments().sealedCount()).isZero();
    disk.goOn();

    assertThat(outcome.get(30, TimeUnit.SECONDS)).isEqualTo(new SpoolOutcome.Spooled());
    assertThat(spool.segments().sealedCount()).isOne();
    append(spool, List.of(event(1)));
    assertThat(disk.list(directory.resolve("pending"))).hasSize(2);
  }

  @Test
  void append_survivesTheRemovalOfEverythingBeforeIt() throws Exception {
    append(spool, List.of(event(0)));
    disk.hang();
    CompletableFuture<SpoolOutcome> outcome = spool.append(List.of(event(1)));
    await().until(() -> disk.syncs() == 2);

    remove(spool, read(spool));
    disk.goOn();

    assertThat(outcome.get(30, TimeUnit.SECONDS)).isEqualTo(new SpoolOutcome.Spooled());
    assertThat(idsOf(read(spool))).containsExactly(event(1).id());
  }

  @Test
  void append_refusesWhatMemoryDoesNotHoldWhileTheDiskHangs() throws Exception {
    spool.close();
    spool =
        TestSpools.open(
            new SpoolSettings(directory, 1L << 30, 0, 1),
            disk,
            new ClosingTime(TestSpools.CLOSE_TIMEOUT));
    disk.hang();
    StubEvent large = StubEvent.of("checkout", "x".repeat(20 << 20));
    CompletableFuture<SpoolOutcome> first = spool.append(List.of(large));

    SpoolOutcome second = outcome(spool, List.of(large));

    assertThat(second)
        .isInstanceOfSatisfying(
            SpoolOutcome.Refused.class,
            refused -> assertThat(refused.reason()).isEqualTo(SpoolOutcome.RefusalReason.BUSY));
    disk.goOn();
    assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo(new SpoolOutcome.Spooled());
  }

  @Test
  void failedSync_failsItsWholeGroup() throws Exception {
    append(spool, List.of(event(0)));
    disk.hang();
    disk.failSyncs(true);
    CompletableFuture<SpoolOutcome> alone = spool.append(List.of(event(1)));
    await().until(() -> disk.syncs() == 2);
    CompletableFuture<SpoolOutcome> second = spool.append(List.of(event(2)));
    CompletableFuture<SpoolOutcome> third = spool.append(List.of(event(3)));

    disk.goOn();

    for (CompletableFuture<SpoolOutcome> outcome : List.of(alone, second, third)) {
      assertThat(outcome.get(30, TimeUnit.SECONDS)).isInstanceOf(SpoolOutcome.Failed.class);
    }
    assertThat(idsOf(read(spool))).containsExactly(event(0).id());
    assertThat(spool.stats().trouble())
        .hasValueSatisfying(
            trouble -> assertThat(trouble.since()).isBeforeOrEqualTo(Instant.now()));
  }

  @Test
  void failedSync_abandonsTheFile() throws Exception {
    append(spool, List.of(event(0)));
    disk.failSyncs(true);
    assertThat(outcome(spool, List.of(event(1)))).isInstanceOf(SpoolOutcome.Failed.class);
    disk.failSyncs(false);

    append(spool, List.of(event(2)));

    assertThat(spool.stats().trouble()).isEmpty();
    List<SpooledEvent> spooled = read(spool);
    assertThat(idsOf(spooled)).containsExactly(event(0).id(), event(2).id());
    assertThat(disk.list(directory.resolve("pending"))).hasSize(2);
  }

  @Test
  void failedSync_leavesNothingOnceTheRestIsDelivered() throws Exception {
    append(spool, List.of(event(0)));
    disk.failSyncs(true);
    outcome(spool, List.of(event(1)));

    remove(spool, read(spool));

    assertThat(spool.stats().bytes()).isZero();
    assertThat(disk.list(directory.resolve("pending"))).isEmpty();
  }

  @Test
  void fullDisk_isRefusedBeforeItIsTouched() throws Exception {
    spool.close();
    disk.limitTo(200_000);
    spool =
        TestSpools.open(
            new SpoolSettings(directory, TestSpools.MAX_BYTES, 100_000, 1),
            disk,
            new ClosingTime(TestSpools.CLOSE_TIMEOUT));

    TestSpools.fill(spool);

    assertThat(disk.usableBytes(directory)).isBetween(100_000L, 110_000L);
    assertThat(outcome(spool, StubEvent.many(20)))
        .isInstanceOfSatisfying(
            SpoolOutcome.Refused.class,
            refused ->
                assertThat(refused.reason()).isEqualTo(SpoolOutcome.RefusalReason.DISK_FULL));
  }

  @Test
  void fullDisk_isDrainedToTheLastEventAndTakesEventsAgain() throws Exception {
    disk.limitTo(300_000);
    List<EventId> acknowledged = new ArrayList<>();
    for (int n = 0; outcome(spool, List.of(event(n))) instanceof SpoolOutcome.Spooled; n++) {
      acknowledged.add(event(n).id());
    }
    assertThat(acknowledged).hasSizeGreaterThan(100);

    List<EventId> drained = new ArrayList<>();
    for (List<SpooledEvent> chunk = chunk(); !chunk.isEmpty(); chunk = chunk()) {
      drained.addAll(idsOf(chunk));
      remove(spool, chunk);
    }

    assertThat(drained).isEqualTo(acknowledged);
    assertThat(disk.usableBytes(directory)).isEqualTo(300_000);
    append(spool, List.of(event(1)));
  }

  @Test
  void writeCutShortByAFullDisk_isNotAcknowledgedAndLeavesTheRestReadable() throws Exception {
    disk.limitTo(100_000);
    disk.hideLimit();
    List<EventId> acknowledged = new ArrayList<>();
    SpoolOutcome last = new SpoolOutcome.Spooled();
    for (int n = 0; last instanceof SpoolOutcome.Spooled; n++) {
      last = outcome(spool, List.of(event(n)));
      if (last instanceof SpoolOutcome.Spooled) {
        acknowledged.add(event(n).id());
      }
    }
    assertThat(last).isInstanceOf(SpoolOutcome.Failed.class);
    assertThat(outcome(spool, List.of(event(1_000)))).isInstanceOf(SpoolOutcome.Failed.class);

    spool.close();
    spool = TestSpools.open(directory, disk);

    assertThat(idsOf(read(spool))).isEqualTo(acknowledged);
    assertThat(spool.stats().damage()).isEqualTo(new SpoolStats.Damage(0, 1, 0));
    remove(spool, read(spool));
    append(spool, List.of(event(1)));
  }

  @Test
  void diskFilledByOthers_isSurvivedByARestartAndDrained() throws Exception {
    disk.limitTo(500_000);
    List<StubEvent> events = StubEvent.many(300);
    append(spool, events);
    disk.takeAllSpace(true);

    assertThat(outcome(spool, List.of(event(1_000)))).isNotInstanceOf(SpoolOutcome.Spooled.class);
    spool.close();
    spool = TestSpools.open(directory, disk);

    assertThat(idsOf(read(spool))).isEqualTo(idsOf(events));
    remove(spool, read(spool));
    assertThat(spool.stats().bytes()).isZero();
    append(spool, List.of(event(1_000)));
  }

  @Test
  void unreadableDisk_keepsTheEventsForLater() throws Exception {
    append(spool, StubEvent.many(10));
    disk.failReads(true);
    assertThat(read(spool)).isEmpty();
    assertThat(read(spool)).isEmpty();
    assertThat(spool.stats().damage().ranges()).isEqualTo(1);

    disk.failReads(false);

    assertThat(idsOf(read(spool))).isEqualTo(idsOf(StubEvent.many(10)));
  }

  @Test
  void unreadableFile_doesNotKeepTheSpoolFromStarting() throws Exception {
    append(spool, StubEvent.many(10));
    spool.close();
    disk.failReads(true);

    spool = TestSpools.open(directory, disk);

    assertThat(spool.stats().damage().ranges()).isEqualTo(1);
    disk.failReads(false);
    append(spool, List.of(event(10)));
    spool.close();
    spool = TestSpools.open(directory, disk);
    assertThat(idsOf(read(spool))).isEqualTo(idsOf(StubEvent.many(11)));
  }

  @Test
  void damageAfterTheStart_isReportedInASegmentThatTheStartHasScanned() throws Exception {
    // Given a segment with the remains of a failed sync, which is scanned at the start
    append(spool, StubEvent.many(10));
    disk.failSyncs(true);
    assertThat(outcome(spool, List.of(event(10)))).isInstanceOf(SpoolOutcome.Failed.class);
    disk.failSyncs(false);
    spool.close();
    spool = TestSpools.open(directory, disk);
    Path segment = disk.list(directory.resolve("pending")).getFirst();

    // When
    disk.flipBit(segment, SegmentHeader.BYTES + 100, 3);
    remove(spool, read(spool));

    // Then
    assertThat(spool.stats().damage()).isEqualTo(new SpoolStats.Damage(1, 0, 1));
    assertThat(disk.list(directory.resolve("quarantine"))).hasSize(1);
  }

  @Test
  void stats_doNotWaitForAHangingDisk() {
    disk.hang();
    CompletableFuture<SpoolOutcome> outcome = spool.append(List.of(event(0)));
    await().until(() -> disk.syncs() == 1);

    assertThat(spool.stats().pendingEvents()).isZero();
    assertThat(outcome).isNotDone();
  }

  @Test
  void close_leavesAHangingDiskWhenTheProcessHasNoTimeLeft() {
    spool.close();
    spool =
        TestSpools.open(
            TestSpools.settings(directory), disk, new ClosingTime(Duration.ofMillis(50)));
    disk.hang();
    CompletableFuture<SpoolOutcome> outcome = spool.append(List.of(event(0)));
    await().until(() -> disk.syncs() == 1);

    long start = System.nanoTime();
    spool.close();

    // Without this limit the spool would wait five seconds for the disk.
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    assertThat(outcome).isNotDone();
    assertThatThrownBy(() -> TestSpools.open(directory, disk))
        .as("locked: the disk may still be written")
        .isInstanceOf(SpoolUnavailableException.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void powerCuts_loseNothingAcknowledged(long seed) throws Exception {
    Random random = new Random(seed);
    SimulatedDisk current = disk;
    Set<EventId> owed = new HashSet<>();
    Set<EventId> everSent = new HashSet<>();
    int number = 0;
    for (int life = 0; life < 20; life++) {
      for (int step = 0; step < 20; step++) {
        List<StubEvent> events = new ArrayList<>();
        for (int n = 0; n <= random.nextInt(30); n++) {
          events.add(event(number++));
        }
        everSent.addAll(idsOf(events));
        current.failSyncs(random.nextInt(10) == 0);
        if (outcome(spool, events) instanceof SpoolOutcome.Spooled) {
          owed.addAll(idsOf(events));
        }
        if (random.nextInt(3) == 0) {
          List<SpooledEvent> some = TestSpools.first(spool, 1 + random.nextInt(100));
          List<SpooledEvent> removed =
              some.stream().filter(event -> random.nextInt(20) > 0).toList();
          remove(spool, removed);
          idsOf(removed).forEach(owed::remove);
        }
      }
      SimulatedDisk next = current.afterPowerCut(random);
      spool.close();
      current = next;

      spool = TestSpools.open(directory, current);

      List<EventId> found = idsOf(read(spool));
      assertThat(found).containsAll(owed);
      assertThat(everSent).containsAll(found);
    }
  }

  private List<SpooledEvent> chunk() {
    return TestSpools.first(spool, 50);
  }

  private static StubEvent event(int number) {
    return StubEvent.numbered(number);
  }
}
