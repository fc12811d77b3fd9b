package io.wideevents.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventIdTest {
  private static final ContentHash HASH = new ContentHash(0x0123_4567_89AB_CDEFL, 0xFEDC_BA98L);
  private static final long MILLIS = 1_795_341_600_123L;

  @Test
  void derive_laysOutTimestampVersionVariantAndHash() {
    UUID id = EventId.derive(MILLIS, new ContentHash(-1, -1)).value();

    assertThat(id.getMostSignificantBits() >>> 16).isEqualTo(MILLIS);
    assertThat(id.version()).isEqualTo(8);
    assertThat(id.variant()).isEqualTo(2);
    assertThat(id.toString()).endsWith("-8fff-bfff-ffffffffffff");
  }

  @Test
  void derive_takesTheFirst74BitsOfTheHash() {
    String id = EventId.derive(MILLIS, HASH).toString();

    // 012 | 3456789abcdef and the ten bits after, shifted by the two bits of the variant
    assertThat(id.substring(15, 18)).isEqualTo("012");
    assertThat(EventId.derive(MILLIS, new ContentHash(HASH.high(), HASH.low() ^ 1L << 54)))
        .isNotEqualTo(EventId.derive(MILLIS, HASH));
    assertThat(EventId.derive(MILLIS, new ContentHash(HASH.high(), HASH.low() ^ 1L << 53)))
        .isEqualTo(EventId.derive(MILLIS, HASH));
  }

  @Test
  void derive_growsWithTime() {
    String earlier = EventId.derive(MILLIS, new ContentHash(-1, -1)).toString();
    String later = EventId.derive(MILLIS + 1, new ContentHash(0, 0)).toString();

    assertThat(later).isGreaterThan(earlier);
  }

  @Test
  void parse_takesEitherCase() {
    String text = "0192f0c1-2b4d-4f6e-9a1b-2c3d4e5f6071";

    assertThat(EventId.parse(text.toUpperCase())).isEqualTo(EventId.parse(text));
    assertThat(EventId.parse(text.toUpperCase()).toString()).isEqualTo(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1-1-1-1-1",
        "0192f0c12b4d4f6e9a1b2c3d4e5f6071",
        "{0192f0c1-2b4d-4f6e-9a1b-2c3d4e5f607}",
        "0192f0c1-2b4d-4f6e-9a1b-2c3d4e5f607g",
        "0192f0c-12b4d-4f6e-9a1b-2c3d4e5f6071",
        "+192f0c1-2b4d-4f6e-9a1b-2c3d4e5f6071",
        "------------------------------------",
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff"
      })
  void parse_refusesWhatIsNoCanonicalUuid(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> EventId.parse(text));
  }

  @Test
  @Timeout(20)
  void idsWithOneHashCode_costAHashTableLittle() {
    // Given: the hash code of a UUID is high ^ low, folded
    int ids = 100_000;
    Map<EventId, Integer> table = new HashMap<>();

    for (int i = 1; i <= ids; i++) {
      long bits = 0x4000_0000_8000_0000L | i;
      table.put(new EventId(new UUID(bits << 32 | bits, bits << 32 | bits)), i);
    }

    assertThat(table.keySet().stream().mapToInt(EventId::hashCode).distinct()).hasSize(1);
    assertThat(table).hasSize(ids);
  }
}
