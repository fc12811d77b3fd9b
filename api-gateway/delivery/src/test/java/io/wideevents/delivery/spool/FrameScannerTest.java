package io.wideevents.delivery.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.delivery.spool.FrameScanner.Found;
import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameScannerTest {
  private static final Path FILE = Path.of("/simulated/file");
  private static final int FILE_BYTES = 4 << 20;

  /** More than one pass, for parts of frames are read again; far less than one a frame. */
  private static final int MOST_PASSES = 6;

  private final SimulatedDisk disk = new SimulatedDisk();

  @Test
  void next_passesOverAFileOfMarkersOnce() throws Exception {
    ByteBuffer bytes = ByteBuffer.allocate(FILE_BYTES);
    while (bytes.remaining() >= 4) {
      bytes.putInt(0xFF57_4501);
    }

    assertThat(scan(bytes.array())).isEmpty();

    assertThat(disk.readBytes()).isLessThan((long) MOST_PASSES * FILE_BYTES);
  }

  @Test
  void next_passesOnceOverPlacesThatLookLikeLongFrames() throws Exception {
    byte[] bytes = longFrameHeads().array();
    byte[] frame = frame(1);
    System.arraycopy(frame, 0, bytes, FILE_BYTES / 2, frame.length);

    assertThat(scan(bytes)).containsExactly(StubEvent.numbered(1).id());

    assertThat(disk.readBytes()).isLessThan((long) MOST_PASSES * FILE_BYTES);
  }

  @Test
  void next_passesOnceOverFramesBetweenPlacesThatLookLikeLongFrames() throws Exception {
    ByteBuffer bytes = longFrameHeads();
    List<EventId> expected = new ArrayList<>();
    for (int n = 0; bytes.limit() - n * 512 >= 1024; n++) {
      bytes.put(n * 512 + Frame.HEADER_BYTES, frame(n));
      expected.add(StubEvent.numbered(n).id());
    }

    assertThat(scan(bytes.array())).isEqualTo(expected);

    assertThat(disk.readBytes()).isLessThan((long) MOST_PASSES * FILE_BYTES);
  }

  /**
   * A head of a frame every 44 bytes, each of which would reach farther than what is read at once.
   */
  private static ByteBuffer longFrameHeads() {
    ByteBuffer bytes = ByteBuffer.allocate(FILE_BYTES);
    for (int at = 0; at + Frame.HEADER_BYTES <= FILE_BYTES; at += Frame.HEADER_BYTES) {
      bytes.putInt(at, 0xFF57_4501).putInt(at + 8, 300 << 10);
    }
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void next_findsEveryFrameBetweenRandomBytes(long seed) throws Exception {
    Random random = new Random(seed);
    ByteBuffer bytes = ByteBuffer.allocate(FILE_BYTES);
    List<EventId> expected = new ArrayList<>();
    for (int n = 0; n < 500; n++) {
      byte[] noise = new byte[random.nextInt(3) == 0 ? random.nextInt(9_000) : 0];
      random.nextBytes(noise);
      bytes.put(noise).put(frame(n));
      expected.add(StubEvent.numbered(n).id());
    }

    assertThat(scan(bytes.array())).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void append_ofChecksumsIsTheChecksumOfTheBytesTogether(long seed) {
    Random random = new Random(seed);
    for (int run = 0; run < 200; run++) {
      byte[] first = new byte[random.nextInt(5_000)];
      byte[] second = new byte[random.nextInt(100_000)];
      random.nextBytes(first);
      random.nextBytes(second);

      int together = Crc32cCombination.append(checksum(first), second.length) ^ checksum(second);

      assertThat(together).isEqualTo(checksum(first, second));
    }
  }

  private static int checksum(byte[]... parts) {
    CRC32C crc = new CRC32C();
    for (byte[] part : parts) {
      crc.update(part);
    }
    return (int) crc.getValue();
  }

  private static byte[] frame(int number) {
    return Frame.encode(StoredEvent.pending(StubEvent.numbered(number), Instant.EPOCH));
  }

  private List<EventId> scan(byte[] bytes) throws IOException {
    disk.put(FILE, bytes);
    FrameScanner scanner = new FrameScanner(disk, FILE, 0, bytes.length);
    List<EventId> found = new ArrayList<>();
    for (Found next = scanner.next(); !(next instanceof Found.End); next = scanner.next()) {
      if (next instanceof Found.Intact intact) {
        found.add(intact.event().id());
      }
    }
    return found;
  }
}
