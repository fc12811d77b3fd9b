package io.wideevents.delivery.spool;

import static io.wideevents.delivery.spool.EventSpoolContract.idsOf;
import static io.wideevents.delivery.spool.EventSpoolContract.read;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Files that were lost, renamed, copied, exchanged, or written by another version. */
class SpoolMixUpTest {
  private static final Path DIRECTORY = Path.of("/simulated/spool");
  private static final Path PENDING = DIRECTORY.resolve("pending");
  private static final List<StubEvent> EVENTS = StubEvent.many(15);

  private SimulatedDisk disk = new SimulatedDisk();
  private SteppedSpool spool = open();

  @Test
  void missingSegment_isReportedOnceAndVisibleAfterARestart() {
    threeSegments();
    disk.lose(file(2));

    restart();

    assertThat(found()).isEqualTo(idsOf(without(5, 10)));
    assertThat(damage()).isEqualTo(new SpoolStats.Damage(1, 0, 1));
    restart();
    assertThat(damage()).isEqualTo(new SpoolStats.Damage(0, 0, 1));
    assertThat(disk.list(DIRECTORY.resolve("quarantine")))
        .singleElement()
        .asString()
        .endsWith("000000000000000002-000000000000000002.missing");
  }

  @Test
  void segmentDrainedBeforeAnOlderOne_isNotMissing() {
    threeSegments();
    spool.spool().pending().remove(read(spool.spool().pending()).subList(5, 10));
    assertThat(disk.list(PENDING)).doesNotContain(file(2));

    restart();

    assertThat(found()).isEqualTo(idsOf(without(5, 10)));
    assertThat(damage()).isEqualTo(new SpoolStats.Damage(0, 0, 0));
  }

  @Test
  void segmentUnderAForeignName_isDeliveredAndReported() throws Exception {
    threeSegments();
    byte[] second = disk.bytes(file(2));
    disk.lose(file(2));
    disk.put(PENDING.resolve("2.segment.bak"), second);

    restart();

    assertThat(found()).isEqualTo(idsOf(EVENTS));
    assertThat(damage().ranges()).isEqualTo(1);
  }

  @Test
  void segmentUnderTheNameOfAnother_isDeliveredAndReported() throws Exception {
    threeSegments();
    byte[] second = disk.bytes(file(2));
    disk.put(file(2), disk.bytes(file(3)));
    disk.put(file(3), second);

    restart();

    assertThat(found()).containsExactlyInAnyOrderElementsOf(idsOf(EVENTS));
    assertThat(damage().ranges()).isEqualTo(2);
  }

  @Test
  void headersExchanged_areReportedAndNoEventIsLost() throws Exception {
    threeSegments();
    byte[] first = disk.bytes(file(1));
    byte[] second = disk.bytes(file(2));
    disk.put(file(1), joined(Arrays.copyOf(second, SegmentHeader.BYTES), frames(first)));
    disk.put(file(2), joined(Arrays.copyOf(first, SegmentHeader.BYTES), frames(second)));

    restart();

    assertThat(found()).isEqualTo(idsOf(EVENTS));
    assertThat(damage().ranges()).isEqualTo(2);
  }

  @Test
  void notesExchanged_areReportedAndNoEventIsLost() throws Exception {
    threeSegments();
    for (int[] part : new int[][] {{512, 1024}, {1024, 1536}, {4608, 5120}}) {
      SimulatedDisk changed = disk.afterKill();
      byte[] first = changed.bytes(file(1));
      byte[] second = changed.bytes(file(2));
      byte[] exchanged = first.clone();
      System.arraycopy(second, part[0], exchanged, part[0], part[1] - part[0]);
      System.arraycopy(first, part[0], second, part[0], part[1] - part[0]);
      changed.put(file(1), exchanged);
      changed.put(file(2), second);

      spool = open(changed);

      assertThat(found()).isEqualTo(idsOf(EVENTS));
      assertThat(damage().ranges()).isEqualTo(2);
    }
  }

  @Test
  void staleHeader_isReportedThoughTheTailIsCutOff() throws Exception {
    append(EVENTS.subList(0, 5));
    byte[] stale = Arrays.copyOf(disk.bytes(file(1)), SegmentHeader.BYTES);
    append(EVENTS.subList(5, 10));
    append(EVENTS.subList(10, 15));
    byte[] bytes = disk.bytes(file(1));
    disk.put(file(1), joined(stale, Arrays.copyOf(frames(bytes), frames(bytes).length - 3)));

    restart();

    assertThat(found()).isEqualTo(idsOf(EVENTS.subList(0, 14)));
    assertThat(damage().tornTails()).isZero();
    assertThat(damage().ranges()).isEqualTo(2);
  }

  @Test
  void olderCopyOfASegment_isReported() throws Exception {
    append(EVENTS.subList(0, 5));
    byte[] older = disk.bytes(file(1));
    append(EVENTS.subList(5, 10));
    restart();
    append(EVENTS.subList(10, 15));
    disk.put(file(1), older);

    restart();

    assertThat(found()).isEqualTo(idsOf(without(5, 10)));
    assertThat(damage().ranges()).isEqualTo(1);
  }

  @Test
  void noteThatPointsIntoAFrame_costsNoEvent() throws Exception {
    append(EVENTS);
    SegmentHeader.Identity identity =
        SegmentHeader.decode(ByteBuffer.wrap(disk.bytes(file(1)), 0, SegmentHeader.BYTES).slice())
            .orElseThrow()
            .identity();
    int last = read(spool.spool().pending()).getLast().next().offset();
    for (int at : new int[] {SegmentHeader.BYTES + 100, last - 10}) {
      SegmentHeader.writeNote(disk, file(1), identity, new DrainNote(0, 0, at, 0, 0));

      restart();

      assertThat(found()).isEqualTo(idsOf(EVENTS));
    }
  }

  @Test
  void fileOfTheVersionBefore_isDeliveredAndDeleted() throws Exception {
    disk.put(file(1), legacy(EVENTS, 0));

    restart();

    assertThat(found()).isEqualTo(idsOf(EVENTS));
    assertThat(damage()).isEqualTo(new SpoolStats.Damage(0, 0, 0));
    spool.spool().pending().remove(read(spool.spool().pending()).subList(0, 10));
    restart();
    assertThat(found()).isEqualTo(idsOf(EVENTS.subList(10, 15)));
    spool.spool().pending().remove(read(spool.spool().pending()));
    assertThat(disk.list(PENDING)).isEmpty();
    assertThat(damage().quarantinedFiles()).isZero();
  }

  @Test
  void endOfAFileOfTheVersionBefore_isReportedWhenItCannotBeRead() throws Exception {
    disk.put(file(1), legacy(EVENTS, 3));

    restart();

    assertThat(found()).isEqualTo(idsOf(EVENTS.subList(0, 14)));
    assertThat(damage()).isEqualTo(new SpoolStats.Damage(1, 0, 0));
  }

  @Test
  void outcomeOfALaterVersion_isSetAsideAndHoldsUpNoOther() throws Exception {
    append(EVENTS);
    byte[] bytes = disk.bytes(file(1));
    int frame = read(spool.spool().pending()).get(7).position().offset();
    int outcomeAt = frame + Frame.HEADER_BYTES;
    bytes[outcomeAt] = 'X';
    int end = read(spool.spool().pending()).get(7).next().offset();
    CRC32C crc = new CRC32C();
    crc.update(bytes, frame + 8, end - frame - 8);
    ByteBuffer.wrap(bytes).putInt(frame + 4, (int) crc.getValue());
    disk.put(file(1), bytes);
    restart();
    RecordingLogger tiers = new RecordingLogger(Tier.KAFKA);
    long now = System.nanoTime();
    SpoolReplayer replayer =
        spool.replayer(tiers, DeadLetterPort.UNAVAILABLE, 1_000, () -> new Random(1), () -> now);

    for (int step = 0; step < 4; step++) {
      SteppedSpool.replayOnce(replayer);
    }

    assertThat(tiers.durable().keySet()).containsExactlyElementsOf(idsOf(without(7, 8)));
    SpooledEvent aside = read(spool.spool().refused()).getFirst();
    assertThat(aside.id()).isEqualTo(EVENTS.get(7).id());
    assertThat(aside.refusalCode()).isEqualTo("undecodable");
    assertThat(aside.json(Tier.SPOOL)).isEqualTo(EVENTS.get(7).json(Tier.SPOOL));
    assertThat(damage()).isEqualTo(new SpoolStats.Damage(0, 0, 0));
  }

  private void threeSegments() {
    for (int from = 0; from < 15; from += 5) {
      append(EVENTS.subList(from, from + 5));
      restart();
    }
  }

  private void append(List<StubEvent> events) {
    spool.spool().append(List.copyOf(events));
    spool.writeOnce();
  }

  private void restart() {
    disk = disk.afterKill();
    spool = open();
  }

  private SteppedSpool open() {
    return open(disk);
  }

  private static SteppedSpool open(SimulatedDisk disk) {
    return SteppedSpool.open(
        disk, TestSpools.settings(DIRECTORY), TestSpools.decoder(), InstantSource.system());
  }

  private List<EventId> found() {
    return idsOf(read(spool.spool().pending()));
  }

  private SpoolStats.Damage damage() {
    return spool.spool().stats().damage();
  }

  private static Path file(long sequence) {
    return SegmentNames.segment(PENDING, sequence);
  }

  private static List<StubEvent> without(int from, int to) {
    List<StubEvent> rest = new ArrayList<>(EVENTS.subList(0, from));
    rest.addAll(EVENTS.subList(to, EVENTS.size()));
    return rest;
  }

  private static byte[] frames(byte[] file) {
    return Arrays.copyOfRange(file, SegmentHeader.BYTES, file.length);
  }

  private static byte[] joined(byte[] header, byte[] frames) {
    byte[] file = Arrays.copyOf(header, header.length + frames.length);
    System.arraycopy(frames, 0, file, header.length, frames.length);
    return file;
  }

  /** A file as the version before left it when it was killed. */
  private static byte[] legacy(List<StubEvent> events, int bytesCutOff) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(64);
    header.put("WESPOOL1".getBytes(US_ASCII)).putLong(Instant.EPOCH.toEpochMilli());
    header.putInt(checksum(header, 0, 16));
    header.position(32);
    header.putInt(0).putInt(0).putInt(64).putInt(0);
    header.putInt(checksum(header, 32, 16));
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(header.array());
    for (StubEvent event : events) {
      file.write(Frame.encode(StoredEvent.pending(event, Instant.EPOCH)));
    }
    return Arrays.copyOf(file.toByteArray(), file.size() - bytesCutOff);
  }

  private static int checksum(ByteBuffer bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.array(), from, length);
    return (int) crc.getValue();
  }
}
