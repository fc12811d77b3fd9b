package io.wideevents.codec;

import static io.wideevents.codec.Codecs.DECODER;
import static io.wideevents.codec.Codecs.ENCODER;
import static io.wideevents.codec.Codecs.NOW;
import static io.wideevents.codec.Codecs.decoded;
import static io.wideevents.event.TestEvents.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.bson.codecs.BsonDocumentCodec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The codec rejects damaged text and never throws. */
class MutationTest {
  private static final int RUNS = 6_000;
  private static final Duration AT_MOST = Duration.ofMinutes(2);

  private final Random random = new Random(4711);

  @ParameterizedTest
  @EnumSource
  void encode_readsOrRefusesDamagedBodies(BodyFormat format) {
    assertTimeoutPreemptively(
        AT_MOST,
        () -> {
          int encoded = 0;
          for (int run = 0; run < RUNS; run++) {
            byte[] body = damaged(new RandomEvent(run).json());

            if (ENCODER.encode(body, body.length, format) instanceof BodyResult.Events events) {
              for (EncodeResult result : events.results()) {
                if (result instanceof EncodeResult.Encoded good) {
                  assertReadsBack(good.event(), body);
                  encoded++;
                }
              }
            }
          }
          // Some damage is harmless, such as another letter in a text: the test saw both sides.
          assertThat(encoded).isBetween(RUNS / 100, RUNS * 9 / 10);
        });
  }

  @Test
  void decode_readsOrRefusesDamagedRecords() {
    assertTimeoutPreemptively(
        AT_MOST,
        () -> {
          int decoded = 0;
          for (int run = 0; run < RUNS; run++) {
            EncodedEvent event = Codecs.encode(new RandomEvent(run).json());
            byte[] value = damage(event.json(Tier.KAFKA));

            RecordResult result = DECODER.decode(value, null, "1", NOW);

            if (result instanceof RecordResult.Decoded good) {
              decoded++;
              assertThat(good.document().bson().decode(new BsonDocumentCodec())).isNotEmpty();
            }
          }
          assertThat(decoded).isBetween(RUNS / 100, RUNS * 9 / 10);
        });
  }

  private static void assertReadsBack(EncodedEvent event, byte[] body) {
    assertThat(decoded(event.json(Tier.KAFKA)).id())
        .as(HexFormat.of().formatHex(body))
        .isEqualTo(event.id());
  }

  private byte[] damaged(String json) {
    return damage(utf8(json));
  }

  private byte[] damage(byte[] bytes) {
    byte[] damaged = bytes;
    for (int i = random.nextInt(3); i >= 0; i--) {
      damaged = damagedOnce(damaged);
    }
    return damaged;
  }

  private byte[] damagedOnce(byte[] bytes) {
    int at = random.nextInt(bytes.length);
    return switch (random.nextInt(6)) {
      case 0 -> withByte(bytes, at, (byte) random.nextInt(256));
      case 1 -> withByte(bytes, at, (byte) "{}[]\",:\\ue0-\n".charAt(random.nextInt(13)));
      case 2 -> withByte(bytes, at, (byte) (bytes[at] ^ 1 << random.nextInt(8)));
      case 3 -> Arrays.copyOf(bytes, Math.max(1, at));
      case 4 -> withRange(bytes, at, at + random.nextInt(Math.min(20, bytes.length - at) + 1), 0);
      default -> withRange(bytes, at, at + random.nextInt(Math.min(20, bytes.length - at) + 1), 2);
    };
  }

  private static byte[] withByte(byte[] bytes, int at, byte value) {
    byte[] changed = bytes.clone();
    changed[at] = value;
    return changed;
  }

  /** The bytes with a range of them standing {@code times} times. */
  private static byte[] withRange(byte[] bytes, int from, int to, int times) {
    byte[] changed = new byte[bytes.length + (times - 1) * (to - from)];
    System.arraycopy(bytes, 0, changed, 0, from);
    int written = from;
    for (int i = 0; i < times; i++) {
      System.arraycopy(bytes, from, changed, written, to - from);
      written += to - from;
    }
    System.arraycopy(bytes, to, changed, written, bytes.length - to);
    return changed.length == 0 ? new byte[1] : changed;
  }
}
