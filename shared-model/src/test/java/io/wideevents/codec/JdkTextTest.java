package io.wideevents.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.chrono.JapaneseDate;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Calendar;
import java.util.Currency;
import java.util.Date;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TimeZone;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.datatype.DatatypeFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of values of the JDK that a service sets. */
class JdkTextTest {
  private static final Instant AT = Instant.parse("2026-11-22T10:00:00.123Z");
  private static final EventComposer.Head HEAD =
      new EventComposer.Head("req-1", "shop", "GET /", AT.toEpochMilli(), 1, AT.toEpochMilli());

  private final FieldRules rules = new FieldRules(EncoderSettings.DEFAULT);

  static Stream<Arguments> kept() throws Exception {
    GregorianCalendar calendar = new GregorianCalendar(TimeZone.getTimeZone("Asia/Tokyo"));
    calendar.setTimeInMillis(AT.toEpochMilli());
    LongAdder adder = new LongAdder();
    adder.add(3);
    DoubleAdder doubles = new DoubleAdder();
    doubles.add(1.5);
    return Stream.of(
        Arguments.of(Date.from(AT), "\"2026-11-22T10:00:00.123Z\""),
        Arguments.of(new Date(Long.MAX_VALUE), "\"+292278994-08-17T07:12:55.807Z\""),
        Arguments.of(
            java.sql.Timestamp.from(AT.plusNanos(456)), "\"2026-11-22T10:00:00.123000456Z\""),
        Arguments.of(java.sql.Date.valueOf("2026-11-22"), "\"2026-11-22\""),
        Arguments.of(java.sql.Time.valueOf("10:00:01"), "\"10:00:01\""),
        Arguments.of(calendar, "\"2026-11-22T10:00:00.123Z\""),
        Arguments.of(utc(), "\"1970-01-01T00:00:00Z\""),
        Arguments.of(
            DatatypeFactory.newInstance().newXMLGregorianCalendar("2026-11-22T10:00:00Z"),
            "\"2026-11-22T10:00:00Z\""),
        Arguments.of(FileTime.from(AT), "\"2026-11-22T10:00:00.123Z\""),
        Arguments.of(AT, "\"2026-11-22T10:00:00.123Z\""),
        Arguments.of(OffsetDateTime.parse("2026-11-22T11:00+01:00"), "\"2026-11-22T11:00+01:00\""),
        Arguments.of(
            ZonedDateTime.parse("2026-11-22T11:00+01:00[Europe/Berlin]"),
            "\"2026-11-22T11:00+01:00[Europe/Berlin]\""),
        Arguments.of(LocalDate.parse("2026-11-22"), "\"2026-11-22\""),
        Arguments.of(LocalDateTime.parse("2026-11-22T10:00"), "\"2026-11-22T10:00\""),
        Arguments.of(LocalTime.parse("10:00"), "\"10:00\""),
        Arguments.of(OffsetTime.parse("10:00Z"), "\"10:00Z\""),
        Arguments.of(Year.of(2026), "\"2026\""),
        Arguments.of(YearMonth.of(2026, 11), "\"2026-11\""),
        Arguments.of(MonthDay.of(11, 22), "\"--11-22\""),
        Arguments.of(JapaneseDate.of(2026, 11, 22), "\"Japanese Reiwa 8-11-22\""),
        Arguments.of(Duration.ofMillis(1500), "\"PT1.5S\""),
        Arguments.of(Period.ofDays(3), "\"P3D\""),
        Arguments.of(ZoneId.of("Europe/Berlin"), "\"Europe/Berlin\""),
        Arguments.of(ZoneOffset.ofHours(1), "\"+01:00\""),
        Arguments.of(TimeZone.getTimeZone("Asia/Tokyo"), "\"Asia/Tokyo\""),
        Arguments.of(DayOfWeek.MONDAY, "\"MONDAY\""),
        Arguments.of(new UUID(0, 1), "\"00000000-0000-0000-0000-000000000001\""),
        Arguments.of(URI.create("http://a.invalid/b"), "\"http://a.invalid/b\""),
        Arguments.of(URI.create("http://a.invalid/b").toURL(), "\"http://a.invalid/b\""),
        Arguments.of(InetAddress.getByAddress(new byte[] {10, 0, 0, 1}), "\"/10.0.0.1\""),
        Arguments.of(Locale.GERMANY, "\"de_DE\""),
        Arguments.of(Currency.getInstance("EUR"), "\"EUR\""),
        Arguments.of(Path.of("a", "b"), "\"a/b\""),
        Arguments.of('x', "\"x\""),
        Arguments.of(new StringBuilder("text"), "\"text\""),
        Arguments.of(StandardCharsets.UTF_8.decode(ByteBuffer.wrap(new byte[] {'a'})), "\"a\""),
        Arguments.of(new char[] {'a', 'b'}, "[\"a\",\"b\"]"),
        Arguments.of(new byte[] {1, -1}, "[1,-1]"),
        Arguments.of(new boolean[] {true}, "[true]"),
        Arguments.of(new double[] {1.5}, "[1.5]"),
        Arguments.of(new long[][] {{1}, {2}}, "[[1],[2]]"),
        Arguments.of(new AtomicLong(7), "7"),
        Arguments.of(new AtomicBoolean(true), "true"),
        Arguments.of(new AtomicReference<>(Date.from(AT)), "\"2026-11-22T10:00:00.123Z\""),
        Arguments.of(adder, "3"),
        Arguments.of(doubles, "1.5"),
        Arguments.of(Optional.of(Optional.of(1)), "1"),
        Arguments.of(Optional.empty(), "null"),
        Arguments.of(OptionalInt.of(1), "1"),
        Arguments.of(OptionalLong.empty(), "null"),
        Arguments.of(OptionalDouble.of(1.5), "1.5"),
        Arguments.of(new BigDecimal("1.50"), "1.50"),
        Arguments.of(BigInteger.TEN, "10"),
        Arguments.of(List.of(Date.from(AT)), "[\"2026-11-22T10:00:00.123Z\"]"));
  }

  private static Calendar utc() {
    Calendar calendar = Calendar.getInstance(TimeZone.getTimeZone("UTC"), Locale.ROOT);
    calendar.clear();
    calendar.set(1970, Calendar.JANUARY, 1);
    return calendar;
  }

  @ParameterizedTest
  @MethodSource("kept")
  void valueOfTheJdk_isKept(Object value, String json) {
    assertThat(json(value)).contains("\"value\":" + json).doesNotContain("_metadata");
  }

  static Stream<Arguments> addresses() throws Exception {
    return Stream.of(
        Arguments.of("http://user:s3cret@host/path?q=a@b#f", "http://***@host/path?q=a@b#f"),
        Arguments.of("http://s3cret@host", "http://***@host"),
        Arguments.of("http://host/a@b//c@d", "http://host/a@b//c@d"),
        Arguments.of("mongodb://user:s3cret@h1:1,h2:2/db", "mongodb://***@h1:1,h2:2/db"),
        Arguments.of("jdbc:postgresql://user:s3cret@host/db", "jdbc:postgresql://***@host/db"),
        Arguments.of("//user:s3cret@host/x", "//***@host/x"),
        Arguments.of("http://a/?to=http://u:s3cret@b/", "http://a/?to=http://***@b/"),
        Arguments.of("mailto:ann@example.org", "mailto:ann@example.org"),
        Arguments.of("/relative", "/relative"),
        Arguments.of("http://u:s3@cret@host:80/", "http://***@host:80/"));
  }

  @ParameterizedTest
  @MethodSource("addresses")
  void userInfoOfAnAddress_isMasked(String address, String masked) throws Exception {
    String json = "\"value\":\"" + masked + '"';

    for (Object value : addressesOf(address)) {
      assertThat(json(value)).contains(json).doesNotContain("s3cret");
    }
  }

  @ParameterizedTest
  @MethodSource("addresses")
  void userInfoOfAnAddressThatIsAKey_isMasked(String address, String masked) throws Exception {
    for (Object key : addressesOf(address)) {
      assertThat(json(Map.of(key, 1))).contains('"' + masked + "\":1").doesNotContain("s3cret");
      assertThat(json(Map.of(Optional.of(key), 1))).doesNotContain("s3cret");
      assertThat(json(Map.of(List.of(key), 1))).doesNotContain("s3cret");
    }
  }

  @Test
  void keyThatIsAText_isLeftAsItIs() {
    assertThat(json(Map.of("http://u:p@host/", 1))).contains("\"http://u:p@host/\":1");
  }

  /** The address as URI and as URL, where it is one. */
  @SuppressWarnings("deprecation") // the constructor takes what a service may have made
  private static List<Object> addressesOf(String address) throws Exception {
    List<Object> values = new ArrayList<>();
    try {
      values.add(new URI(address));
    } catch (URISyntaxException e) {
      assertThat(address).as("only a URL takes two signs").contains("@cret@");
    }
    if (address.startsWith("http://")) {
      values.add(new URL(null, address));
    }
    return values;
  }

  static Stream<Arguments> leftOut() throws Exception {
    return Stream.of(
        Arguments.of(Pattern.compile("a"), "unsupported_type"),
        Arguments.of(Thread.currentThread(), "unsupported_type"),
        Arguments.of(String.class, "unsupported_type"),
        Arguments.of(new IllegalStateException("x"), "unsupported_type"),
        Arguments.of(new java.sql.SQLException("x"), "unsupported_type"),
        Arguments.of(new BitSet(), "unsupported_type"),
        Arguments.of(new java.net.HttpCookie("session", "s3cret"), "unsupported_type"),
        Arguments.of(Map.entry("a", 1), "unsupported_type"),
        Arguments.of(new Record("s3cret"), "unsupported_type"),
        Arguments.of(Stream.of(1), "unsupported_type"),
        Arguments.of(List.of(1).iterator(), "unsupported_type"),
        Arguments.of(Float.NaN, "not_finite"),
        Arguments.of(new BigDecimal(BigInteger.ONE, Integer.MIN_VALUE), "number_out_of_range"),
        Arguments.of(BigInteger.ONE.shiftLeft(1_000_000), "number_out_of_range"));
  }

  private record Record(String password) {}

  @ParameterizedTest
  @MethodSource("leftOut")
  void otherValue_isLeftOutAndNoted(Object value, String reason) {
    assertThat(json(value))
        .doesNotContain("\"value\":")
        .doesNotContain("s3cret")
        .contains("{\"path\":\"value\",\"reason\":\"" + reason + "\"}");
  }

  @Test
  void knownField_takesWhatAnOptionalHoldsOnlyIfItFits() {
    EventFields fields = rules.newFields();

    fields.set("user", Optional.of(Map.of("id", 1.5, "role", "customer")));

    assertThat(json(fields))
        .contains("\"user\":{\"role\":\"customer\"}", "wrong_type", "\"path\":\"user.id\"");
  }

  private String json(Object value) {
    EventFields fields = rules.newFields();
    fields.set("value", value);
    return json(fields);
  }

  private String json(EventFields fields) {
    return new String(
        rules.newComposer().compose(fields, HEAD, null).json(io.wideevents.event.Tier.KAFKA),
        StandardCharsets.UTF_8);
  }
}
