package io.wideevents.codec;

import static io.wideevents.event.TestEvents.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.wideevents.event.EventId;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Random;
import java.util.UUID;
import org.bson.BsonDecimal128;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonValue;
import org.bson.types.Decimal128;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NumberReaderTest {
  private final NumberReader numbers = new NumberReader();

  @ParameterizedTest
  @CsvSource({"0, 0", "-0, 0", "2147483647, 2147483647", "-2147483648, -2147483648"})
  void read_takesTheSmallestInteger(String json, int value) {
    assertThat(bson(json)).isEqualTo(new BsonInt32(value));
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        2147483648L,
        -2147483649L,
        999999999999999999L,
        1000000000000000000L,
        9223372036854775807L,
        -9223372036854775808L
      })
  void read_takesInt64ForLargerIntegers(long value) {
    assertThat(bson(Long.toString(value))).isEqualTo(new BsonInt64(value));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9223372036854775808",
        "-9223372036854775809",
        "18446744073709551615",
        "1234567890123456789012345678901234",
        "12345678901234567890123456789012340000000000",
        "1e400",
        "-1e-400",
        "1e6144",
        "9999999999999999999999999999999999e6111",
        "1e-6176",
        "5e-324",
        "0.1000000000000000055511151231257827",
        "123456789.123456789123456789",
        "9007199254740993.0"
      })
  void read_takesDecimal128WhereNothingElseIsExact(String json) {

    assertThat(bson(json)).isInstanceOf(BsonDecimal128.class);
    assertThat(bson(json).asDecimal128().getValue().bigDecimalValue())
        .isEqualByComparingTo(new BigDecimal(json));
  }

  @ParameterizedTest
  @CsvSource({
    "0.0, 0",
    "-0.0, -0.0",
    "0e999999999, 0",
    "-0e-999999999, -0.0",
    "1.0, 1",
    "1.10, 1.1",
    "100.000, 100",
    "1e2, 100",
    "1E+2, 100",
    "12.5e-1, 1.25",
    "0.1, 0.1",
    "0.30000000000000004, 0.30000000000000004",
    "1.7976931348623157e308, 1.7976931348623157e308",
    "2.2250738585072014e-308, 2.2250738585072014e-308",
    "4.9e-324, 4.9e-324",
    "123456789012345.6, 123456789012345.6",
    "1e23, 1e23",
    "9007199254740992.0, 9007199254740992",
    "0.000001, 0.000001"
  })
  void read_takesADoubleThatPrintsBackTheSame(String json, double value) {
    assertThat(bson(json)).isEqualTo(new BsonDouble(value));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "12345678901234567890123456789012345",
        "0.12345678901234567890123456789012345",
        "1e6145",
        "10e6144",
        "9999999999999999999999999999999999e6112",
        "1e-6177",
        "1e999999999",
        "-1e-999999999",
        "1e99999999999999999999999999",
        "0.1e-99999999999999999999999999"
      })
  void read_refusesWhatNoTypeHoldsExactly(String json) {
    assertThat(bson(json)).isNull();
    assertThat(numbers.asDouble()).isNaN();
  }

  @Test
  void read_takesLinearTimeWhateverTheExponentOrLength() {
    assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () -> {
          assertThat(bson("1e2147483647")).isNull();
          assertThat(bson("9".repeat(4_000_000))).isNull();
          assertThat(bson("0." + "0".repeat(4_000_000) + "1e4000001")).isEqualTo(new BsonDouble(1));
          assertThat(bson("1" + "0".repeat(4_000_000) + ".0e-4000000"))
              .isEqualTo(new BsonDouble(1));
          assertThat(bson("1" + "0".repeat(4_000_000))).isNull();
        });
  }

  @Test
  void read_keepsEveryDoubleThatIsPrinted() {
    Random random = new Random(754);
    for (int i = 0; i < 50_000; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(value)) {
        assertThat(bson(Double.toString(value))).isEqualTo(new BsonDouble(value));
      }
    }
  }

  @Test
  void read_keepsEveryLong() {
    Random random = new Random(64);
    for (int i = 0; i < 20_000; i++) {
      long value = random.nextLong() >> random.nextInt(64);
      BsonValue expected = value == (int) value ? new BsonInt32((int) value) : new BsonInt64(value);

      assertThat(bson(Long.toString(value))).isEqualTo(expected);
    }
  }

  @Test
  void read_neverChangesADecimal() {
    Random random = new Random(128);
    for (int i = 0; i < 50_000; i++) {
      BigDecimal value =
          new BigDecimal(new BigInteger(random.nextInt(1, 113), random), random.nextInt(-40, 40));
      String json = random.nextBoolean() ? value.toString() : value.toPlainString();

      BsonValue bson = bson(json);

      assertThat(bson).as(json).isNotNull();
      // A double stands for the decimal it prints as.
      BigDecimal back =
          bson instanceof BsonDouble binary
              ? new BigDecimal(Double.toString(binary.getValue()))
              : bson.asNumber().decimal128Value().bigDecimalValue();
      assertThat(back).as(json).isEqualByComparingTo(value);
    }
  }

  /** What the number becomes; null when it is refused. */
  private @Nullable BsonValue bson(String json) {
    byte[] bytes = utf8(json);
    boolean isInteger = json.chars().noneMatch(c -> ".eE".indexOf(c) >= 0);
    if (numbers.read(bytes, 0, bytes.length, isInteger) == NumberReader.Type.OUT_OF_RANGE) {
      return null;
    }
    DocumentBuffer buffer = new DocumentBuffer();
    buffer.clear();
    buffer.name(utf8("n"));
    numbers.writeTo(buffer);
    BsonDocument document = buffer.finish(new EventId(new UUID(1, 2)));
    assertThat(numbers.asDouble()).isEqualTo(asDouble(document.get("n")));
    return document.get("n");
  }

  private static double asDouble(BsonValue value) {
    return value instanceof BsonDecimal128 decimal
        ? decimal(decimal.getValue())
        : value.asNumber().doubleValue();
  }

  private static double decimal(Decimal128 value) {
    return value.bigDecimalValue().doubleValue();
  }
}
