package io.wideevents.delivery.spool;

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
class SegmentEventSpoolTest extends EventSpoolContract {
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

  @Override
  protected EventSpool spool() {
    return spool;
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void append_leavesFilesThatOnlyTheirOwnerMayRead() throws Exception {
    append(spool, StubEvent.many(3));
    spool.setAside(
        List.of(new Refusal(read(spool.pending()).getFirst(), "code", "about the event")));

    try (Stream<Path> files = Files.walk(directory)) {
      List<Path> segments =
          files.filter(Files::isRegularFile).filter(file -> !isLock(file)).toList();
      assertThat(segments)
          .hasSizeGreaterThanOrEqualTo(2)
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
  void open_findsWhatAnEarlierRunLeft() throws Exception {
    List<StubEvent> events = StubEvent.many(1_000);
    append(spool, events);
    List<SpooledEvent> spooled = read(spool.pending());
    spool.pending().remove(spooled.subList(0, 500));
    spool.setAside(List.of(new Refusal(spooled.get(500), "code", "message")));

    reopen();

    assertThat(idsOf(read(spool.pending()))).isEqualTo(idsOf(events.subList(501, 1_000)));
    assertThat(idsOf(read(spool.refused()))).isEqualTo(idsOf(events.subList(500, 501)));
    SpoolStats stats = spool.stats();
    assertThat(stats.pendingEvents()).isEqualTo(499);
    assertThat(stats.refusedEvents()).isEqualTo(1);
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

    spool.pending().remove(read(spool.pending()));

    await().untilAsserted(() -> assertThat(spool.stats().trouble()).isEmpty());
  }

  @Test
  void open_mayBringBackEventsRemovedBehindOneThatStayed() throws Exception {
    append(spool, StubEvent.many(10));
    List<SpooledEvent> spooled = read(spool.pending());
    spool.pending().remove(spooled.subList(1, 10));

    reopen();

    assertThat(read(spool.pending()).getFirst().id()).isEqualTo(spooled.getFirst().id());
    assertThat(spool.stats().pendingEvents()).isEqualTo(read(spool.pending()).size());
  }

  @Test
  void append_goesOnBehindWhatAnEarlierRunLeft() throws Exception {
    List<StubEvent> events = StubEvent.many(20);
    append(spool, events.subList(0, 10));

    reopen();
    append(spool, events.subList(10, 20));

    assertThat(idsOf(read(spool.pending()))).isEqualTo(idsOf(events));
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

    SpooledEvent spooled = read(spool.pending()).get(1);
    assertThat(spooled.json(Tier.SPOOL)).isEqualTo(large.json(Tier.SPOOL));
  }

  @Test
  void remove_givesSpaceBackBeforeTheSpoolIsEmpty() throws Exception {
    fill(spool);
    List<SpooledEvent> spooled = read(spool.pending());

    spool.pending().remove(spooled.subList(0, spooled.size() / 2));

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
    Deadline patience = Deadline.after(Duration.ofSeconds(60));
    while (seen.size() < threads * eventsPerThread && !patience.remaining().isZero()) {
      List<SpooledEvent> chunk = spool.pending().read(SpoolPosition.START, 50, 1 << 20);
      seen.addAll(idsOf(chunk));
      spool.pending().remove(chunk);
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
