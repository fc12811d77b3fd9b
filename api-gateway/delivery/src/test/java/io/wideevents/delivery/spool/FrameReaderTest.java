package io.wideevents.delivery.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.delivery.spool.FrameReader.Found;
import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameReaderTest {
  private static final Path FILE = Path.of("/simulated/file");
  private static final int FILE_BYTES = 4 << 20;

  /** A check of every marker would read about 28 GB. */
  private static final long MOST_READ_BYTES = 1L << 29;

  private final SimulatedDisk disk = new SimulatedDisk();

  @Test
  void next_findsAFrameAfterDamageOfEveryKind() throws Exception {
    ByteBuffer bytes = ByteBuffer.allocate(FILE_BYTES);
    List<EventId> expected = new ArrayList<>();
    for (int n = 0; bytes.remaining() > 2_000; n++) {
      byte[] frame = frame(n);
      int kind = n % 4;
      if (kind == 0) {
        // A flipped bit in the marker, the lengths, the checksum or the text
        frame[n / 4 % frame.length] ^= (byte) (1 << (n % 8));
      } else {
        expected.add(StubEvent.numbered(n).id());
      }
      bytes.put(frame);
    }

    assertThat(scan(bytes.array())).isEqualTo(expected);
  }

  @Test
  void next_endsSoonInAFileOfMarkers() throws Exception {
    ByteBuffer bytes = ByteBuffer.allocate(FILE_BYTES);
    while (bytes.remaining() >= 4) {
      bytes.putInt(0xFF57_4501);
    }

    assertThat(scan(bytes.array())).isEmpty();

    assertThat(disk.readBytes()).isLessThan(MOST_READ_BYTES);
  }

  @Test
  void next_endsSoonAmongPlacesThatLookLikeLongFrames() throws Exception {
    assertThat(scan(longFrameHeads().array())).isEmpty();

    assertThat(disk.readBytes()).isLessThan(MOST_READ_BYTES);
  }

  /** A frame header every 44 bytes. Each frame would be longer than one read. */
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

  private static byte[] frame(int number) {
    return Frame.encode(StoredEvent.pending(StubEvent.numbered(number), Instant.EPOCH));
  }

  private List<EventId> scan(byte[] bytes) throws IOException {
    disk.put(FILE, bytes);
    FrameReader scanner = new FrameReader(disk, FILE, 0, bytes.length);
    List<EventId> found = new ArrayList<>();
    for (Found next = scanner.next(); !(next instanceof Found.End); next = scanner.next()) {
      if (next instanceof Found.Intact intact) {
        found.add(intact.event().id());
      }
    }
    return found;
  }
}
