package io.wideevents.codec;

import static io.wideevents.event.TestEvents.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Utf8Test {
  /** Long enough for the eight bytes at a time, and off their boundary. */
  private static final String ASCII = "0123456789abcdefghi";

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a", "\u0000", "é", "߿", "ࠀ", "감", "퟿", "", "\uFFFF", "😀", "\uDBFF\uDFFF"})
  void firstInvalid_passesEveryLengthOfCharacter(String text) {
    byte[] bytes = utf8(ASCII + text + ASCII);

    assertThat(Utf8.firstInvalid(bytes, 0, bytes.length)).isEqualTo(-1);
  }

  @ParameterizedTest
  @CsvSource({
    "80, tail without a lead",
    "BF, tail without a lead",
    "C080, overlong NUL",
    "C1BF, overlong",
    "E08080, overlong",
    "E09FBF, overlong",
    "F0808080, overlong",
    "F08FBFBF, overlong",
    "EDA080, high surrogate",
    "EDBFBF, low surrogate",
    "EDA0BDEDB880, surrogate pair (CESU-8)",
    "F4908080, past U+10FFFF",
    "F5808080, no such lead",
    "FF, no such lead",
    "C3, cut off",
    "E382, cut off",
    "F09F98, cut off",
    "C328, no tail",
    "E28228, no tail",
    "F09F9828, no tail"
  })
  void firstInvalid_findsWhatIsNotUtf8(String hex, String why) {
    byte[] bad = HexFormat.of().parseHex(hex);
    byte[] bytes = Arrays.copyOf(utf8(ASCII), ASCII.length() + bad.length);
    System.arraycopy(bad, 0, bytes, ASCII.length(), bad.length);

    assertThat(Utf8.firstInvalid(bytes, 0, bytes.length)).as(why).isEqualTo(ASCII.length());
  }

  @Test
  void firstInvalid_doesNotLookPastItsRange() {
    byte[] bytes = utf8("aé");

    assertThat(Utf8.firstInvalid(bytes, 0, 2)).isEqualTo(1);
    assertThat(Utf8.firstInvalid(bytes, 2, 3)).isEqualTo(2);
    assertThat(Utf8.firstInvalid(bytes, 0, 1)).isEqualTo(-1);
  }

  @Test
  void firstInvalid_agreesWithTheJdksStrictDecoder() {
    Random random = new Random(20261122);
    for (int i = 0; i < 50_000; i++) {
      byte[] bytes = randomBytes(random);

      assertThat(Utf8.firstInvalid(bytes, 0, bytes.length) < 0)
          .as(HexFormat.of().formatHex(bytes))
          .isEqualTo(jdkDecodes(bytes));
    }
  }

  @Test
  void mayEscapeSurrogates_findsEveryWayToWriteOne() {
    assertThat(mayEscape("\\ud800")).isTrue();
    assertThat(mayEscape(ASCII + "\\uDFFF" + ASCII)).isTrue();
    assertThat(mayEscape("\\\\ud800")).isTrue();
    assertThat(mayEscape("\\\\\\ud800")).isTrue();
    assertThat(mayEscape("\\u00e9\\n\\\"" + ASCII)).isFalse();
    assertThat(mayEscape("😀" + ASCII)).isFalse();
    assertThat(mayEscape("\\u")).isFalse();
  }

  @Test
  void hasUnpairedSurrogate_tellsPairsFromHalves() {
    assertThat(Utf8.hasUnpairedSurrogate("a😀b")).isFalse();
    assertThat(Utf8.hasUnpairedSurrogate("\uD83D")).isTrue();
    assertThat(Utf8.hasUnpairedSurrogate("\uDE00a")).isTrue();
    assertThat(Utf8.hasUnpairedSurrogate("\uD83D\uD83D\uDE00")).isTrue();
  }

  @Test
  void lengthOf_isTheEncodedLength() {
    for (String text : new String[] {"", "abc", "é", "감사", "a😀é"}) {
      assertThat(Utf8.lengthOf(text)).isEqualTo(utf8(text).length);
    }
  }

  private static boolean mayEscape(String json) {
    byte[] bytes = utf8(json);
    return Utf8.mayEscapeSurrogates(bytes, 0, bytes.length);
  }

  /** Mostly valid text with one byte changed, for wholly random bytes are wrong at once. */
  private static byte[] randomBytes(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(12); i >= 0; i--) {
      int codePoint = random.nextInt(4) == 0 ? random.nextInt(0x110000) : random.nextInt(0x1000);
      text.appendCodePoint(codePoint >= 0xD800 && codePoint < 0xE000 ? 'x' : codePoint);
    }
    byte[] bytes = utf8(text.toString());
    if (random.nextBoolean()) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  private static boolean jdkDecodes(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
