package io.wideevents.delivery.spool;

import static io.wideevents.delivery.spool.TestSpools.idsOf;
import static io.wideevents.delivery.spool.TestSpools.read;
import static io.wideevents.delivery.spool.TestSpools.remove;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import io.wideevents.testing.LogCapture;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that were lost, renamed, copied, exchanged, or written by another version. */
class SpoolMixUpTest {
  private static final Path DIRECTORY = Path.of("/simulated/spool");
  private static final Path PENDING = DIRECTORY.resolve("pending");
  private static final List<StubEvent> EVENTS = StubEvent.many(15);

  private SimulatedDisk disk = new SimulatedDisk();
  private SteppedSpool spool = open();

  @Test
  void segmentThatLeftBeforeAnOlderOne_isNotReported() {
    threeSegments();
    remove(spool.spool(), read(spool.spool()).subList(5, 10));
    assertThat(disk.list(PENDING)).doesNotContain(file(2));

    restart();

    assertThat(found()).isEqualTo(idsOf(without(5, 10)));
    assertThat(damage()).isEqualTo(new SpoolStats.Damage(0, 0, 0));
  }

  @Test
  void segmentUnderAForeignName_isKeptInTheQuarantine() throws Exception {
    threeSegments();
    byte[] second = disk.bytes(file(2));
    disk.lose(file(2));
    disk.put(PENDING.resolve("2.segment.bak"), second);

    restart();

    assertThat(found()).isEqualTo(idsOf(without(5, 10)));
    assertThat(damage()).isEqualTo(new SpoolStats.Damage(0, 0, 1));
    assertThat(disk.bytes(DIRECTORY.resolve("quarantine").resolve("2.segment.bak")))
        .isEqualTo(second);
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
  void lengthsExchanged_areReportedAndNoEventIsLost() throws Exception {
    threeSegments();
    for (int[] part : new int[][] {{512, 1024}, {4608, 5120}}) {
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
  void missingLastGroup_isReportedThoughTheNoteOfItsSyncIsMissingToo() throws Exception {
    // Given an acknowledged group, and no power for the header to say that it was synced
    append(EVENTS.subList(0, 5));
    int end = disk.bytes(file(1)).length;
    disk.cutPowerAfter(3);
    append(EVENTS.subList(5, 10));

    // When exactly this group is lost
    disk = disk.afterKill();
    disk.put(file(1), Arrays.copyOf(disk.bytes(file(1)), end));
    spool = open();

    // Then
    assertThat(found()).isEqualTo(idsOf(EVENTS.subList(0, 5)));
    assertThat(damage().ranges()).isEqualTo(1);
  }

  @Test
  void segmentCopiedIntoTheDirectoryOfARunningGateway_isNotOverwritten() throws Exception {
    // Given
    append(EVENTS.subList(0, 5));
    byte[] copied = disk.bytes(file(1));
    remove(spool.spool(), read(spool.spool()));

    // When the file has the name that the next segment would get
    disk.put(file(2), copied);
    append(EVENTS.subList(5, 10));

    // Then
    assertThat(disk.bytes(file(2))).isEqualTo(copied);
    restart();
    assertThat(found()).isEqualTo(idsOf(EVENTS.subList(0, 10)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"WESPOOL1", "WESPOOL3"})
  void fileOfAnotherVersion_isLeftAsItIsAndReportedAtEachStart(String magic) throws Exception {
    // Given a small and a large file of that version
    byte[] small = Arrays.copyOf(magic.getBytes(US_ASCII), 300);
    byte[] large = Arrays.copyOf(magic.getBytes(US_ASCII), 20_000);
    disk.put(file(7), small);
    disk.put(file(8), large);

    try (LogCapture lines = new LogCapture(SpoolDamage.class)) {
      // When
      restart();
      append(EVENTS);
      remove(spool.spool(), read(spool.spool()));
      restart();

      // Then
      assertThat(lines.events(Level.ERROR))
          .hasSize(4)
          .allSatisfy(
              line ->
                  assertThat(line.getFormattedMessage()).contains("drain it with that version"));
    }
    assertThat(disk.bytes(file(7))).isEqualTo(small);
    assertThat(disk.bytes(file(8))).isEqualTo(large);
    assertThat(disk.list(PENDING)).containsExactly(file(7), file(8));
    assertThat(damage()).isEqualTo(new SpoolStats.Damage(2, 0, 0));
    assertThat(found()).isEmpty();
  }

  @Test
  void outcomeOfALaterVersion_isRejectedAndHoldsUpNoOther() throws Exception {
    append(EVENTS);
    byte[] bytes = disk.bytes(file(1));
    int frame = SegmentHeader.BYTES;
    for (int event = 0; event < 7; event++) {
      frame += Frame.length(ByteBuffer.wrap(bytes).position(frame));
    }
    int length = Frame.length(ByteBuffer.wrap(bytes).position(frame));
    bytes[frame + Frame.HEADER_BYTES] = 'X';
    CRC32C crc = new CRC32C();
    crc.update(bytes, frame + 8, length - 8);
    ByteBuffer.wrap(bytes).putInt(frame + 4, (int) crc.getValue());
    disk.put(file(1), bytes);
    restart();
    RecordingLogger tiers = new RecordingLogger(Tier.KAFKA);
    List<SpooledEvent> letters = new ArrayList<>();
    long now = System.nanoTime();
    SpoolReplayer replayer =
        spool.replayer(
            tiers,
            (events, deadline) -> {
              letters.addAll(events);
              return DeadLetterPort.UNAVAILABLE.deadLetter(events, deadline);
            },
            1_000,
            new Random(1),
            () -> now);

    for (int step = 0; step < 4; step++) {
      SteppedSpool.replayOnce(replayer);
    }

    assertThat(tiers.durable().keySet()).containsExactlyElementsOf(idsOf(without(7, 8)));
    assertThat(spool.spool().stats().refusedEvents()).isOne();
    assertThat(replayer.stats()).isEqualTo(new ReplayStats(14, 1, 0));
    assertThat(letters.getFirst().id()).isEqualTo(EVENTS.get(7).id());
    assertThat(letters.getFirst().refusalCode()).isEqualTo("undecodable");
    assertThat(letters.getFirst().json(Tier.SPOOL)).isEqualTo(EVENTS.get(7).json(Tier.SPOOL));
    assertThat(damage()).isEqualTo(new SpoolStats.Damage(0, 0, 0));
  }

  private void threeSegments() {
    for (int from = 0; from < 15; from += 5) {
      append(EVENTS.subList(from, from + 5));
      restart();
    }
  }

  private void append(List<StubEvent> events) {
    CompletableFuture<SpoolOutcome> outcome = spool.spool().append(List.copyOf(events));
    spool.writeOnce();
    assertThat(outcome.join()).isEqualTo(new SpoolOutcome.Spooled());
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
    return idsOf(read(spool.spool()));
  }

  private SpoolStats.Damage damage() {
    return spool.spool().stats().damage();
  }

  private static Path file(long sequence) {
    return Segment.file(PENDING, sequence);
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
}
