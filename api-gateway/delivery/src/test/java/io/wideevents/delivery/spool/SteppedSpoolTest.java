package io.wideevents.delivery.spool;

import static io.wideevents.delivery.spool.TestSpools.idsOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SteppedSpoolTest {
  private static final Path DIRECTORY = Path.of("/simulated/spool");

  private final SimulatedDisk disk = new SimulatedDisk();
  private final SteppedSpool spool = open(disk);
  private final RecordingLogger tiers = new RecordingLogger(Tier.KAFKA);
  // The recording tiers use the real clock.
  private long now = System.nanoTime();

  @Test
  void append_isAnsweredByTheNextWrite() {
    CompletableFuture<SpoolOutcome> first = spool.spool().append(List.of(StubEvent.numbered(1)));
    CompletableFuture<SpoolOutcome> second = spool.spool().append(List.of(StubEvent.numbered(2)));
    assertThat(first).isNotDone();

    boolean wrote = spool.writeOnce();

    assertThat(wrote).isTrue();
    assertThat(first).isCompletedWithValue(new SpoolOutcome.Spooled());
    assertThat(second).isCompletedWithValue(new SpoolOutcome.Spooled());
    assertThat(spool.writeOnce()).isFalse();
  }

  @Test
  void replay_waitsOnTheGivenClockAlone() {
    SpoolReplayer replayer = replayer(100);
    spool.spool().append(List.copyOf(StubEvent.many(600)));
    spool.writeOnce();

    run(replayer, Duration.ofMillis(4_999));
    assertThat(tiers.durable()).hasSize(500);
    run(replayer, Duration.ofMillis(2));

    assertThat(tiers.durable()).hasSize(600);
    assertThat(spool.spool().stats().pendingEvents()).isZero();
  }

  @Test
  void replay_givesUpASilentTierByTheGivenClock() {
    SpoolReplayer replayer = replayer(1_000);
    tiers.fallSilent();
    spool.spool().append(List.copyOf(StubEvent.many(3)));
    spool.writeOnce();

    run(replayer, Duration.ofMillis(9_999));
    tiers.comeBack();
    assertThat(spool.spool().stats().pendingEvents()).isEqualTo(3);
    run(replayer, Duration.ofSeconds(1));

    assertThat(tiers.durable()).hasSize(3);
  }

  @Test
  void afterPowerCut_theNextSpoolFindsWhatWasAnswered() {
    spool.spool().append(List.copyOf(StubEvent.many(10)));
    spool.writeOnce();
    CompletableFuture<SpoolOutcome> cut = spool.spool().append(List.of(StubEvent.numbered(10)));
    disk.cutPowerAfter(1);
    spool.writeOnce();
    assertThat(cut.join()).isInstanceOf(SpoolOutcome.Failed.class);

    SteppedSpool next = open(disk.afterPowerCut(new Random(1)));

    assertThat(idsOf(TestSpools.read(next.spool())))
        .startsWith(idsOf(StubEvent.many(10)).toArray(new EventId[0]));
  }

  private static SteppedSpool open(SimulatedDisk disk) {
    return SteppedSpool.open(
        disk, TestSpools.settings(DIRECTORY), TestSpools.decoder(), InstantSource.system());
  }

  private SpoolReplayer replayer(int eventsPerSecond) {
    return spool.replayer(
        tiers, DeadLetterPort.UNAVAILABLE, eventsPerSecond, new Random(1), () -> now);
  }

  /** Lets time pass, and does the due work. */
  private void run(SpoolReplayer replayer, Duration duration) {
    long end = now + duration.toNanos();
    while (now < end) {
      now += Math.min(SteppedSpool.replayOnce(replayer), end - now);
    }
  }
}
