package io.wideevents.delivery.spool;

import static io.wideevents.delivery.spool.TestSpools.idsOf;
import static io.wideevents.delivery.spool.TestSpools.read;
import static io.wideevents.delivery.spool.TestSpools.remove;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Changes every byte of a spool with acknowledged events, one byte in each case. The events with
 * unchanged bytes are read once and in order, and each change is reported.
 */
@Tag("slow")
class SpoolEveryByteTest {
  private static final Path DIRECTORY = Path.of("/simulated/spool");
  private static final List<StubEvent> EVENTS = StubEvent.many(12);

  /** Most of a header is zero. A change is tried at some of these bytes. */
  private static final int STEP_OVER_ZEROS = 61;

  private final SimulatedDisk sound = killedSpool();
  private List<Frame> frames = List.of();

  /** Where an event lies. */
  private record Frame(Path file, int from, int to, StubEvent event) {}

  @BeforeAll
  static void silence() {
    setLevel(Level.OFF);
  }

  @AfterAll
  static void speak() {
    setLevel(null);
  }

  private static void setLevel(Level level) {
    ((ch.qos.logback.classic.Logger) LoggerFactory.getLogger("io.wideevents.delivery.spool"))
        .setLevel(level);
  }

  /** Three segments with events, from three killed runs. */
  private static SimulatedDisk killedSpool() {
    SimulatedDisk disk = new SimulatedDisk();
    int next = 0;
    for (int run = 0; run < 3; run++) {
      disk = disk.afterKill();
      SteppedSpool spool = open(disk);
      for (int group : new int[] {2, 1, 1}) {
        spool.spool().append(List.copyOf(EVENTS.subList(next, next + group)));
        spool.writeOnce();
        next += group;
      }
    }
    return disk.afterKill();
  }

  private static SteppedSpool open(SimulatedDisk disk) {
    return SteppedSpool.open(
        disk, TestSpools.settings(DIRECTORY), TestSpools.decoder(), InstantSource.system());
  }

  private List<Frame> frames() throws IOException {
    assertThat(idsOf(read(open(sound.afterKill()).spool()))).isEqualTo(idsOf(EVENTS));
    List<Frame> frames = new ArrayList<>();
    for (Path file : segments()) {
      ByteBuffer bytes = ByteBuffer.wrap(sound.bytes(file));
      for (int at = SegmentHeader.BYTES; at < bytes.limit(); ) {
        int length = io.wideevents.delivery.spool.Frame.length(bytes.position(at));
        frames.add(new Frame(file, at, at + length, EVENTS.get(frames.size())));
        at += length;
      }
    }
    return frames;
  }

  @BeforeEach
  void findFrames() throws IOException {
    frames = frames();
  }

  @Test
  void untouched_reportsNothing() throws Exception {
    EventSpool spool = open(sound.afterKill()).spool();

    assertThat(idsOf(read(spool))).isEqualTo(idsOf(EVENTS));
    assertThat(spool.stats().damage()).isEqualTo(new SpoolStats.Damage(0, 0, 0));
  }

  @Test
  void flippedBit_ofAnyByteIsReportedAndCostsItsEventAlone() throws Exception {
    for (Path file : segments()) {
      byte[] bytes = sound.bytes(file);
      for (int at = 0; at < bytes.length; at = nextPlace(bytes, at)) {
        byte[] flipped = bytes.clone();
        flipped[at] ^= (byte) (1 << (at % 8));
        check("bit flipped at " + at, file, flipped, at, at + 1);
      }
    }
  }

  @Test
  void zeroedTail_ofAnyLengthIsReportedAndCostsItsEventsAlone() throws Exception {
    everyEnd("zeros from ", (bytes, at) -> zeroed(bytes, at, bytes.length));
  }

  @Test
  void truncation_toAnyLengthIsReportedAndCostsItsEventsAlone() throws Exception {
    everyEnd("cut off at ", Arrays::copyOf);
  }

  @Test
  void zeroedBlock_isReportedAndCostsItsEventsAlone() throws Exception {
    for (Path file : segments()) {
      byte[] bytes = sound.bytes(file);
      for (int at = 0; at < bytes.length; at += 512) {
        int to = Math.min(at + 512, bytes.length);
        byte[] zeroed = zeroed(bytes, at, to);
        if (!Arrays.equals(zeroed, bytes)) {
          check("block of zeros at " + at, file, zeroed, at, to);
        }
      }
    }
  }

  private interface Ending {
    byte[] of(byte[] bytes, int at);
  }

  private void everyEnd(String what, Ending ending) throws Exception {
    for (Path file : segments()) {
      byte[] bytes = sound.bytes(file);
      for (int at = 0; at < bytes.length; at = nextPlace(bytes, at)) {
        byte[] ended = ending.of(bytes, at);
        if (!Arrays.equals(ended, bytes)) {
          check(what + at, file, ended, at, bytes.length);
        }
      }
    }
  }

  private static byte[] zeroed(byte[] bytes, int from, int to) {
    byte[] zeroed = bytes.clone();
    Arrays.fill(zeroed, from, to, (byte) 0);
    return zeroed;
  }

  private static int nextPlace(byte[] bytes, int at) {
    int end = Math.min(at + STEP_OVER_ZEROS, bytes.length);
    for (int next = at + 1; next < end; next++) {
      if (bytes[next] != 0) {
        return next;
      }
    }
    return end;
  }

  /** The spool with one file changed from one offset to another. */
  private void check(String what, Path file, byte[] changed, int from, int to) throws IOException {
    SimulatedDisk disk = sound.afterKill();
    disk.put(file, changed);
    String description = what + " of " + file.getFileName();
    List<EventId> untouched =
        frames.stream()
            .filter(frame -> !frame.file.equals(file) || frame.to <= from || frame.from >= to)
            .map(frame -> frame.event.id())
            .toList();

    SteppedSpool stepped = open(disk);
    EventSpool spool = stepped.spool();
    List<SpooledEvent> found = new ArrayList<>(read(spool));

    assertThat(idsOf(found)).as(description).isEqualTo(untouched);
    assertThat(reported(spool)).as(description).isPositive();
    assertThat(spool.stats().damage().tornTails()).as(description).isZero();
    found.forEach(event -> assertThat(event.json(Tier.SPOOL)).isEqualTo(json(event.id())));

    remove(spool, found);

    assertThat(spool.stats().pendingEvents()).as(description).isZero();
    assertThat(quarantined(disk)).as(description).anyMatch(kept -> keeps(kept, changed));
    SpoolStats next = open(disk.afterKill()).spool().stats();
    assertThat(next.damage().quarantinedFiles()).as(description).isPositive();
    assertThat(next.pendingEvents()).as(description).isZero();
  }

  private static long reported(EventSpool spool) {
    return spool.stats().damage().ranges() + spool.stats().damage().quarantinedFiles();
  }

  private static byte[] json(EventId id) {
    return EVENTS.stream()
        .filter(event -> event.id().equals(id))
        .findFirst()
        .orElseThrow()
        .json(Tier.SPOOL);
  }

  private static List<byte[]> quarantined(SimulatedDisk disk) throws IOException {
    List<byte[]> files = new ArrayList<>();
    for (Path file : disk.list(DIRECTORY.resolve("quarantine"))) {
      files.add(disk.bytes(file));
    }
    return files;
  }

  /** Whether a file in quarantine has the bytes that were found, but for the note of removals. */
  private static boolean keeps(byte[] kept, byte[] found) {
    UnaryOperator<byte[]> events =
        bytes ->
            Arrays.copyOfRange(
                bytes,
                Math.min(SegmentHeader.BYTES, bytes.length),
                Math.max(SegmentHeader.BYTES, bytes.length));
    return kept.length == found.length && Arrays.equals(events.apply(kept), events.apply(found));
  }

  private List<Path> segments() {
    return sound.list(DIRECTORY.resolve("pending"));
  }
}
