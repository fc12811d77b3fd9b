package io.wideevents.delivery.spool;

import static io.wideevents.delivery.spool.TestSpools.append;
import static io.wideevents.delivery.spool.TestSpools.fill;
import static io.wideevents.delivery.spool.TestSpools.first;
import static io.wideevents.delivery.spool.TestSpools.idsOf;
import static io.wideevents.delivery.spool.TestSpools.outcome;
import static io.wideevents.delivery.spool.TestSpools.read;
import static io.wideevents.delivery.spool.TestSpools.remove;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import io.wideevents.time.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class EventSpoolTest {
  private static final int MIB = 1 << 20;

  @TempDir Path directory;
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
  void append_keepsEventsInTheOrderTheyCame() throws Exception {
    List<StubEvent> events = StubEvent.many(100);

    append(spool, events.subList(0, 40));
    append(spool, events.subList(40, 100));

    assertThat(idsOf(read(spool))).isEqualTo(idsOf(events));
  }

  @Test
  void append_keepsTheBytesOfTheSpoolTier() throws Exception {
    StubEvent event = StubEvent.of("checkout", "Grüße, 世界");
    Instant before = Instant.now().minusMillis(1);

    append(spool, List.of(event));

    SpooledEvent spooled = read(spool).getFirst();
    assertThat(spooled.id()).isEqualTo(event.id());
    assertThat(spooled.requestId()).isEqualTo(event.requestId());
    assertThat(spooled.outcome()).isEqualTo(event.outcome());
    assertThat(spooled.json(Tier.KAFKA)).isEqualTo(event.json(Tier.SPOOL));
    assertThat(spooled.spooledAt()).isBetween(before, Instant.now());
  }

  @Test
  void append_refusesAllOfACallThatIsOverTheBound() throws Exception {
    append(spool, StubEvent.many(10));
    StubEvent large = StubEvent.of("checkout", "x".repeat(MIB));

    SpoolOutcome outcome = outcome(spool, List.of(StubEvent.numbered(11), large));

    assertThat(outcome)
        .isInstanceOfSatisfying(
            SpoolOutcome.Refused.class,
            refused ->
                assertThat(refused.reason()).isEqualTo(SpoolOutcome.RefusalReason.SPOOL_FULL));
    assertThat(idsOf(read(spool))).isEqualTo(idsOf(StubEvent.many(10)));
  }

  @Test
  void append_takesEventsAgainOnceRemovalMadeRoom() throws Exception {
    int taken = fill(spool);
    assertThat(taken).isPositive();
    remove(spool, read(spool));

    SpoolOutcome outcome = outcome(spool, StubEvent.many(10));

    assertThat(outcome).isEqualTo(new SpoolOutcome.Spooled());
    assertThat(spool.stats().pendingEvents()).isEqualTo(10);
  }

  @Test
  void append_refusesAfterClose() throws Exception {
    spool.close();

    SpoolOutcome outcome = outcome(spool, StubEvent.many(1));

    assertThat(outcome)
        .isInstanceOfSatisfying(
            SpoolOutcome.Refused.class,
            refused -> assertThat(refused.reason()).isEqualTo(SpoolOutcome.RefusalReason.CLOSED));
  }

  @Test
  void remove_leavesTheOthers() throws Exception {
    List<StubEvent> events = StubEvent.many(10);
    append(spool, events);
    List<SpooledEvent> spooled = read(spool);

    remove(spool, List.of(spooled.get(7), spooled.get(0), spooled.get(4)));

    assertThat(idsOf(read(spool)))
        .isEqualTo(
            idsOf(
                List.of(
                    events.get(1),
                    events.get(2),
                    events.get(3),
                    events.get(5),
                    events.get(6),
                    events.get(8),
                    events.get(9))));
    assertThat(spool.stats().pendingEvents()).isEqualTo(7);
  }

  @Test
  void remove_ofTheSameEventTwiceChangesNothing() throws Exception {
    append(spool, StubEvent.many(3));
    List<SpooledEvent> spooled = read(spool);
    remove(spool, spooled.subList(0, 2));

    remove(spool, spooled.subList(0, 2));

    assertThat(spool.stats().pendingEvents()).isEqualTo(1);
  }

  @Test
  void remove_ofEverythingLeavesAnEmptySpool() throws Exception {
    append(spool, StubEvent.many(10));

    remove(spool, read(spool));

    SpoolStats stats = spool.stats();
    assertThat(stats.pendingEvents()).isZero();
    assertThat(stats.bytes()).isZero();
    assertThat(stats.oldest()).isEmpty();
    assertThat(read(spool)).isEmpty();
  }

  @Test
  void stats_tellsWhenTheOldestEventCame() throws Exception {
    Instant before = Instant.now().minusMillis(1);
    append(spool, StubEvent.many(1));
    Instant after = Instant.now();
    append(spool, StubEvent.many(2));

    assertThat(spool.stats().oldest())
        .hasValueSatisfying(oldest -> assertThat(oldest).isBetween(before, after));
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void append_leavesFilesThatOnlyTheirOwnerMayRead() throws Exception {
    append(spool, StubEvent.many(3));

    try (Stream<Path> files = Files.walk(directory)) {
      List<Path> segments =
          files.filter(Files::isRegularFile).filter(file -> !isLock(file)).toList();
      assertThat(segments)
          .isNotEmpty()
          .allSatisfy(
              file ->
                  assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                      .isEqualTo("rw-------"));
    }
  }

  private static boolean isLock(Path file) {
    return file.getFileName().toString().equals("spool.lock");
  }

  @Test
  void open_findsTheSegmentsOfAnEarlierRun() throws Exception {
    // Given
    int taken = fill(spool);
    List<EventId> all = idsOf(read(spool));
    List<SpooledEvent> half = first(spool, taken / 2);
    remove(spool, half);
    List<EventId> left = idsOf(read(spool));

    // When
    reopen();

    // Then only whole segments have left
    List<EventId> found = idsOf(read(spool));
    assertThat(found).containsAll(left).hasSizeLessThan(taken);
    assertThat(all).containsSubsequence(found);
    SpoolStats stats = spool.stats();
    assertThat(stats.pendingEvents()).isEqualTo(found.size());
    assertThat(stats.refusedEvents()).isZero();
    assertThat(stats.bytes()).isEqualTo(bytesOnDisk());
    assertThat(stats.damage()).isEqualTo(new SpoolStats.Damage(0, 0, 0));
  }

  @Test
  void open_knowsThatTheSpoolIsFull() throws Exception {
    fill(spool);

    reopen();

    assertThat(spool.stats().trouble()).isPresent();
  }

  @Test
  void trouble_endsOnceThereIsRoomThoughNoEventComes() throws Exception {
    fill(spool);
    assertThat(spool.stats().trouble()).isPresent();

    remove(spool, read(spool));

    await().untilAsserted(() -> assertThat(spool.stats().trouble()).isEmpty());
  }

  @Test
  void open_bringsBackAWholeSegmentOfWhichOneEventStayed() throws Exception {
    append(spool, StubEvent.many(10));
    remove(spool, read(spool).subList(1, 10));
    assertThat(spool.stats().pendingEvents()).isOne();

    reopen();

    assertThat(idsOf(read(spool))).isEqualTo(idsOf(StubEvent.many(10)));
    assertThat(spool.stats().pendingEvents()).isEqualTo(10);
  }

  @Test
  void append_goesOnBehindWhatAnEarlierRunLeft() throws Exception {
    List<StubEvent> events = StubEvent.many(20);
    append(spool, events.subList(0, 10));

    reopen();
    append(spool, events.subList(10, 20));

    assertThat(idsOf(read(spool))).isEqualTo(idsOf(events));
  }

  @Test
  void append_keepsTheDirectoryUnderItsBound() throws Exception {
    fill(spool);

    assertThat(bytesOnDisk()).isBetween(TestSpools.MAX_BYTES * 9 / 10L, 1L << 20);
    assertThat(spool.stats().bytes()).isEqualTo(bytesOnDisk());
  }

  @Test
  void append_takesAnEventLargerThanASegment() throws Exception {
    StubEvent large =
        StubEvent.of("checkout", "x".repeat(2 * TestSpools.settings(directory).segmentBytes()));

    append(spool, List.of(StubEvent.numbered(1), large, StubEvent.numbered(2)));

    SpooledEvent spooled = read(spool).get(1);
    assertThat(spooled.json(Tier.SPOOL)).isEqualTo(large.json(Tier.SPOOL));
  }

  @Test
  void remove_givesSpaceBackBeforeTheSpoolIsEmpty() throws Exception {
    fill(spool);
    List<SpooledEvent> spooled = read(spool);

    remove(spool, spooled.subList(0, spooled.size() / 2));

    assertThat(bytesOnDisk()).isLessThan(TestSpools.MAX_BYTES * 6 / 10L);
    assertThat(spool.stats().bytes()).isEqualTo(bytesOnDisk());
  }

  @Test
  void appendAndRemove_atTheSameTimeLoseNothing() throws Exception {
    int threads = 4;
    int eventsPerThread = 500;
    List<Thread> clients = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      int first = thread * eventsPerThread;
      clients.add(Thread.ofPlatform().start(() -> appendEach(first, first + eventsPerThread)));
    }

    List<EventId> seen = new ArrayList<>();
    Deadline end = Deadline.after(Duration.ofSeconds(60));
    while (seen.size() < threads * eventsPerThread && !end.remaining().isZero()) {
      List<SpooledEvent> chunk = first(spool, 50);
      seen.addAll(idsOf(chunk));
      remove(spool, chunk);
    }

    assertThat(seen)
        .containsExactlyInAnyOrderElementsOf(idsOf(StubEvent.many(threads * eventsPerThread)));
    for (Thread client : clients) {
      client.join();
    }
    await().until(() -> spool.stats().bytes() == 0);
  }

  private void appendEach(int from, int to) {
    for (int number = from; number < to; number++) {
      SpoolOutcome outcome = spool.append(List.of(StubEvent.numbered(number))).join();
      assertThat(outcome).isEqualTo(new SpoolOutcome.Spooled());
    }
  }

  @Test
  void close_isIdempotentAndFreesTheDirectory() {
    spool.close();
    spool.close();

    spool = TestSpools.open(directory);

    assertThat(spool.stats().pendingEvents()).isZero();
  }

  private void reopen() {
    spool.close();
    spool = TestSpools.open(directory);
  }

  private long bytesOnDisk() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(file -> file.toString().endsWith(".segment"))
          .mapToLong(file -> file.toFile().length())
          .sum();
    }
  }
}
