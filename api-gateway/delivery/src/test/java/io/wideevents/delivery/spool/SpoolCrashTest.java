package io.wideevents.delivery.spool;

import static io.wideevents.delivery.spool.TestSpools.idsOf;
import static io.wideevents.delivery.spool.TestSpools.read;
import static io.wideevents.delivery.spool.TestSpools.remove;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/**
 * Kills the spool, or cuts the power, at every write and at random writes. No acknowledged event
 * may be lost. An unacknowledged end is not reported as damage, except in the one case that
 * docs/decisions/spool-storage.md names.
 */
@Tag("slow")
class SpoolCrashTest {
  private static final Path DIRECTORY = Path.of("/simulated/spool");

  private SimulatedDisk disk = new SimulatedDisk();
  private SteppedSpool spool = open();
  private final Set<EventId> owed = new LinkedHashSet<>();
  private final Set<EventId> sent = new HashSet<>();
  private int number;
  private boolean failed;

  @BeforeAll
  static void silence() {
    setLevel(Level.OFF);
  }

  @AfterAll
  static void speak() {
    setLevel(null);
  }

  private static void setLevel(Level level) {
    ((Logger) LoggerFactory.getLogger("io.wideevents.delivery.spool")).setLevel(level);
  }

  @Test
  void kill_atAnyWriteLosesNothingAndReportsNothing() {
    for (int operations = 0; operations < 60; operations++) {
      begin();
      append(3);
      disk.cutPowerAfter(operations);
      for (int group = 1; group <= 8; group++) {
        append(group);
      }

      restart(disk.afterKill());

      assertNothingIsLost("killed after %d operations".formatted(operations));
      assertThat(spool.spool().stats().damage().ranges()).isZero();
      assertThat(spool.spool().stats().damage().quarantinedFiles()).isZero();
    }
  }

  @Test
  void powerCut_whileNothingIsWrittenReportsNothing() {
    for (int seed = 0; seed < 300; seed++) {
      begin();
      Random random = new Random(seed);
      for (int group = 0; group < 1 + random.nextInt(5); group++) {
        append(1 + random.nextInt(5));
      }
      removeSome(random);

      restart(disk.afterPowerCut(random));

      assertNothingIsLost("seed " + seed);
      assertThat(spool.spool().stats().damage())
          .as("seed %d", seed)
          .isEqualTo(new SpoolStats.Damage(0, 0, 0));
    }
  }

  @Test
  void powerCut_afterAKillAndARestartReportsNothing() {
    for (int operations = 0; operations < 60; operations++) {
      for (int seed = 0; seed < 20; seed++) {
        // Given a killed process, whose last writes the system has not brought to the disk
        Random random = new Random(seed);
        begin();
        append(3);
        disk.cutPowerAfter(operations);
        for (int group = 1; group <= 8; group++) {
          append(group * 20);
          removeSome(random);
        }

        // When the next process has taken events
        restart(disk.afterKill());
        append(1);
        removeSome(random);
        restart(disk.afterPowerCut(random));

        // Then
        String description = "operation %d, seed %d".formatted(operations, seed);
        assertNothingIsLost(description);
        assertThat(spool.spool().stats().damage().ranges()).as(description).isZero();
        assertThat(spool.spool().stats().damage().quarantinedFiles()).as(description).isZero();
      }
    }
  }

  @Test
  void powerCut_inAnyWriteLosesNothingAcknowledged() {
    int alarms = 0;
    int cuts = 0;
    for (int operations = 0; operations < 40; operations++) {
      for (int seed = 0; seed < 50; seed++) {
        begin();
        append(3);
        disk.cutPowerAfter(operations);
        for (int group = 1; group <= 6; group++) {
          append(group);
        }

        restart(disk.afterPowerCut(new Random(seed)));

        String description = "operation %d, seed %d".formatted(operations, seed);
        assertNothingIsLost(description);
        cuts++;
        alarms += spool.spool().stats().damage().ranges() > 0 ? 1 : 0;
      }
    }

    // The length of a group was on the disk before all of its frames were.
    assertThat(alarms).isLessThan(cuts / 4);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void livesAndCrashes_loseNothingAcknowledged(long firstSeed) {
    for (long seed = firstSeed * 100; seed < firstSeed * 100 + 5; seed++) {
      Random random = new Random(seed);
      begin();
      for (int life = 0; life < 15; life++) {
        live(random);
        boolean kill = random.nextBoolean();
        SpoolStats.Damage before = spool.spool().stats().damage();
        // A reported file is kept, and each start reports it, until its events are delivered.
        boolean quiet = before.ranges() == 0 && (kill || !failed);

        restart(kill ? disk.afterKill() : disk.afterPowerCut(random));

        String description = "seed %d, life %d".formatted(seed, life);
        assertNothingIsLost(description);
        if (quiet) {
          SpoolStats.Damage after = spool.spool().stats().damage();
          assertThat(after.ranges()).as(description).isZero();
          assertThat(after.quarantinedFiles())
              .as(description)
              .isLessThanOrEqualTo(before.quarantinedFiles());
        }
        failed = false;
      }
    }
  }

  private void live(Random random) {
    if (random.nextInt(3) == 0) {
      disk.cutPowerAfter(random.nextInt(60));
    }
    for (int step = 0; step < 20 && !disk.isOff(); step++) {
      disk.failSyncs(random.nextInt(12) == 0);
      append(1 + random.nextInt(30));
      disk.failSyncs(false);
      if (random.nextInt(3) == 0) {
        removeSome(random);
      }
    }
  }

  private void append(int count) {
    List<StubEvent> events = new ArrayList<>();
    for (int n = 0; n < count; n++) {
      events.add(StubEvent.numbered(number++));
    }
    sent.addAll(idsOf(events));
    CompletableFuture<SpoolOutcome> outcome = spool.spool().append(List.copyOf(events));
    spool.writeOnce();
    if (outcome.join() instanceof SpoolOutcome.Spooled) {
      owed.addAll(idsOf(events));
    } else {
      failed = true;
    }
  }

  private void removeSome(Random random) {
    List<SpooledEvent> removed =
        TestSpools.first(spool.spool(), 1 + random.nextInt(400)).stream()
            .filter(event -> random.nextInt(20) > 0)
            .toList();
    remove(spool.spool(), removed);
    idsOf(removed).forEach(owed::remove);
  }

  private void begin() {
    owed.clear();
    sent.clear();
    number = 0;
    failed = false;
    restart(new SimulatedDisk());
  }

  private void restart(SimulatedDisk found) {
    disk = found;
    spool = open();
  }

  private void assertNothingIsLost(String description) {
    List<EventId> pending = idsOf(read(spool.spool()));
    Set<EventId> found = new HashSet<>(pending);
    assertThat(found).as(description).containsAll(owed);
    assertThat(sent).as(description).containsAll(found);
    assertThat(pending).as(description).doesNotHaveDuplicates();
  }

  private SteppedSpool open() {
    return SteppedSpool.open(
        disk, TestSpools.settings(DIRECTORY), TestSpools.decoder(), InstantSource.system());
  }
}
