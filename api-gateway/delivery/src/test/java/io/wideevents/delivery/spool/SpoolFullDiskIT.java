package io.wideevents.delivery.spool;

import static io.wideevents.delivery.spool.TestSpools.append;
import static io.wideevents.delivery.spool.TestSpools.idsOf;
import static io.wideevents.delivery.spool.TestSpools.outcome;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import io.wideevents.stack.SmallFileSystem;
import io.wideevents.stack.SmallFileSystem.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A real full disk: no acknowledged event is lost, and the replay alone frees space. */
class SpoolFullDiskIT {
  private static final int MEBIBYTES = 12;
  private static final int CALL_EVENTS = 500;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void spoolThatFilledTheDisk_drainsAfterARestartAndTakesEventsAgain(Kind kind) throws Exception {
    try (SmallFileSystem disk = mount(kind)) {
      List<EventId> acknowledged = new ArrayList<>();
      try (EventSpool spool = open(disk, 0)) {
        fill(spool, acknowledged);
      }
      assertThat(acknowledged).hasSizeGreaterThan(10_000);
      disk.fillUp();
      assertThat(disk.usableBytes()).isZero();

      try (EventSpool spool = open(disk, 0)) {
        // A set, because a list would be searched for each of some 100 000 events.
        Set<EventId> drained = Set.copyOf(drain(spool));

        assertThat(acknowledged).allMatch(drained::contains);
        assertThat(spool.stats().bytes()).isZero();
        assertThat(disk.usableBytes()).isGreaterThan(1 << 20);
        append(spool, StubEvent.many(100));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void diskFilledByOthers_isRefusedUntilThereIsSpaceAgain(Kind kind) throws Exception {
    try (SmallFileSystem disk = mount(kind);
        EventSpool spool = open(disk, 0)) {
      append(spool, StubEvent.many(1_000));
      Path filler = disk.fillUp();
      assertThat(outcome(spool, StubEvent.many(100))).isNotInstanceOf(SpoolOutcome.Spooled.class);
      assertThat(spool.stats().trouble()).isPresent();

      Files.delete(filler);

      append(spool, StubEvent.many(100));
      assertThat(spool.stats().trouble()).isEmpty();
      assertThat(drain(spool)).containsAll(idsOf(StubEvent.many(1_000)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void minFreeBytes_stayFree(Kind kind) throws Exception {
    int minFreeBytes = 4 << 20;
    try (SmallFileSystem disk = mount(kind);
        EventSpool spool = open(disk, minFreeBytes)) {
      List<EventId> acknowledged = new ArrayList<>();

      SpoolOutcome last = fill(spool, acknowledged);

      assertThat(last)
          .isInstanceOfSatisfying(
              SpoolOutcome.Refused.class,
              refused ->
                  assertThat(refused.reason()).isEqualTo(SpoolOutcome.RefusalReason.DISK_FULL));
      assertThat(disk.usableBytes()).isBetween(minFreeBytes - 64_000L, minFreeBytes + 250_000L);
      assertThat(drain(spool)).isEqualTo(acknowledged);
    }
  }

  private SmallFileSystem mount(Kind kind) throws IOException {
    Optional<SmallFileSystem> disk = SmallFileSystem.mount(kind, directory, MEBIBYTES);
    assumeTrue(disk.isPresent(), "no right, or no tools, to mount a file system of " + kind);
    return disk.get();
  }

  private static EventSpool open(SmallFileSystem disk, long minFreeBytes) {
    return EventSpool.open(
        new SpoolSettings(disk.path().resolve("spool"), 1L << 30, minFreeBytes, 1),
        TestSpools.decoder(),
        InstantSource.system());
  }

  /** Appends until an append fails, and records the acknowledged events. Returns the failure. */
  private static SpoolOutcome fill(EventSpool spool, List<EventId> acknowledged) throws Exception {
    for (int first = 0; ; first += CALL_EVENTS) {
      List<StubEvent> events =
          IntStream.range(first, first + CALL_EVENTS).mapToObj(StubEvent::numbered).toList();
      SpoolOutcome outcome = outcome(spool, events);
      if (!(outcome instanceof SpoolOutcome.Spooled)) {
        return outcome;
      }
      acknowledged.addAll(idsOf(events));
    }
  }

  /** Replays the whole spool; returns what was delivered. */
  private static List<EventId> drain(EventSpool spool) {
    RecordingLogger tiers = new RecordingLogger(Tier.KAFKA);
    try (SpoolReplayer replayer =
        new SpoolReplayer(spool, tiers, DeadLetterPort.UNAVAILABLE, 1_000_000)) {
      replayer.start();
      await().atMost(Duration.ofSeconds(60)).until(() -> spool.stats().bytes() == 0);
    }
    return List.copyOf(tiers.durable().keySet());
  }
}
