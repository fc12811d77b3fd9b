package io.wideevents.otlp;

import static io.wideevents.otlp.Otlp.attribute;
import static io.wideevents.otlp.Otlp.log;
import static io.wideevents.otlp.Otlp.map;
import static io.wideevents.otlp.Otlp.span;
import static io.wideevents.otlp.Otlp.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.UnknownFieldSet;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.wideevents.codec.EventEncoder;
import io.wideevents.event.Tier;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class OtlpDecoderTest {
  private static final int LIMIT = Decoded.SETTINGS.limits().maxEventBytes();

  @ParameterizedTest
  @EnumSource(OtlpSignal.class)
  void decode_takesAnEmptyRequest(OtlpSignal signal) {
    Decoded protobuf =
        Decoded.of(new byte[0], signal, OtlpEncoding.PROTOBUF, SpanSelection.REQUESTS);

    assertThat(protobuf.results()).isEmpty();
    assertThat(Decoded.json("{}", signal).results()).isEmpty();
    assertThat(Decoded.json("{\"resourceSpans\":[{}],\"resourceLogs\":[{}]}", signal).results())
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void decode_givesTheSameEventsForBothEncodings(long seed) {
    // Given
    RandomSpans random = new RandomSpans(seed);
    Message traces = Otlp.traces(Stream.generate(random::span).limit(60).toArray(Span[]::new));
    Message logs =
        Otlp.logs(
            Stream.generate(random::log)
                .limit(60)
                // Its request id is a hash of the encoded record.
                .filter(record -> record.getTraceId().size() == 16)
                .toArray(LogRecord[]::new));

    // When
    Decoded spans = Decoded.spans(traces.toByteArray());
    Decoded records = Decoded.logs(logs.toByteArray());

    // Then
    assertThat(json(Decoded.json(OtlpJson.of(traces), OtlpSignal.TRACES))).isEqualTo(json(spans));
    assertThat(json(Decoded.json(OtlpJson.of(logs), OtlpSignal.LOGS))).isEqualTo(json(records));
    assertThat(spans.encoded()).hasSizeGreaterThan(20);
    assertThat(spans.results().size() + spans.result().skipped()).isEqualTo(60);
    assertThat(spans.problems()).isSubsetOf("number_out_of_range", "unpaired_surrogate");
  }

  private static List<String> json(Decoded decoded) {
    return decoded.encoded().stream()
        .map(event -> new String(event.json(Tier.KAFKA), StandardCharsets.UTF_8))
        .toList();
  }

  @Test
  void decode_readsTheExampleOfTheSpecification() {
    Document event =
        Decoded.json(
                """
                {"resourceSpans":[{"resource":{"attributes":[
                  {"key":"service.name","value":{"stringValue":"my.service"}}]},
                 "scopeSpans":[{"scope":{"name":"my.library","version":"1.0.0"},
                  "spans":[{"traceId":"5B8EFFF798038103D269B633813FC60C",
                   "spanId":"EEE19B7EC3C1B174","name":"I'm a server span",
                   "startTimeUnixNano":1796032800123456789,"endTimeUnixNano":"1796032801123456789",
                   "kind":2,"newField":{"a":[1,{}]},"trace_state":"ignored","status":null,
                   "attributes":[{"key":"my.span.attr","value":{"stringValue":"some value"}},
                    {"key":"my.int","value":{"intValue":"9007199254740993"}},
                    {"key":"my.number","value":{"intValue":1.5e3}}]}]}]}]}
                """,
                OtlpSignal.TRACES)
            .event();

    assertThat(event)
        .containsEntry("service", "my.service")
        .containsEntry("traceId", Otlp.TRACE_ID)
        .containsEntry("spanId", Otlp.SPAN_ID)
        .containsEntry("performance", new Document("durationMs", 1000.0))
        .containsEntry(
            "my",
            new Document("span", new Document("attr", "some value"))
                .append("int", 9_007_199_254_740_993L)
                .append("number", 1500));
    assertThat(event.get("otel", Document.class)).doesNotContainKey("traceState");
  }

  @ParameterizedTest
  @ValueSource(strings = {"+/8=", "+/8", "-_8=", "-_8"})
  void decode_readsBothAlphabetsOfBase64(String text) {
    String json = OtlpJson.of(Otlp.traces(span().addAttributes(attribute("a", 1)).build()));

    Document event =
        Decoded.json(
                json.replace("{\"intValue\":\"1\"}", "{\"bytesValue\":\"" + text + "\"}"),
                OtlpSignal.TRACES)
            .event();

    assertThat(event).containsEntry("a", "+/8=");
  }

  @Test
  void decode_findsAResourceAfterItsScopes() {
    String json = OtlpJson.of(Otlp.traces(span().build()));
    int scopes = json.indexOf("\"scopeSpans\"");
    String resource = json.substring(json.indexOf("\"resource\""), scopes - 1);
    String reordered =
        json.replace(resource + ",", "").replaceFirst("\\}\\]\\}$", "," + resource + "}]}");

    assertThat(reordered.indexOf("\"resource\"")).isGreaterThan(reordered.indexOf("scopeSpans"));
    assertThat(Decoded.json(reordered, OtlpSignal.TRACES).event()).containsEntry("service", "shop");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "traceId":"xyz"                     | wrong_type
          "traceId":5                         | wrong_type
          "traceId":""                        | missing_field
          "traceId":"00000000000000000000000000000000" | missing_field
          "spanId":"eee1"                     | missing_field
          "kind":"SPAN_KIND_SERVER"           | wrong_type
          "startTimeUnixNano":"1e9"           | wrong_type
          "startTimeUnixNano":18446744073709551616 | wrong_type
          "startTimeUnixNano":1.5             | wrong_type
          "startTimeUnixNano":"18446744073709551615" | timestamp_in_future
          "startTimeUnixNano":1               | timestamp_expired
          "startTimeUnixNano":0               | missing_field
          "attributes":{}                     | wrong_type
          "attributes":[1]                    | wrong_type
          "attributes":[{"key":"a","value":{"stringValue":1}}] | wrong_type
          "attributes":[{"key":"a","value":{"boolValue":"true"}}] | wrong_type
          "attributes":[{"key":"a","value":{"bytesValue":"*"}}] | wrong_type
          "attributes":[{"key":"a","value":{"doubleValue":"many"}}] | wrong_type
          "attributes":[{"key":"a","value":{"stringValue":"\\ud800"}}] | unpaired_surrogate
          "attributes":[{"key":"\\udc00a","value":{}}] | unpaired_surrogate
          "attributes":[{"key":"a","value":{"intValue":"9223372036854775808"}}] | wrong_type
          "droppedLinksCount":4294967296      | wrong_type
          "kind":4294967298                   | wrong_type
          "attributes":[{"key":"a\\u0000","value":{}}] | name_has_nul
          """)
  void decode_rejectsOneSpanThatBreaksARule(String field, String code) {
    // Given
    String good = OtlpJson.of(span().build());
    String bad = good.substring(0, good.length() - 1) + "," + field + "}";
    String body =
        OtlpJson.of(Otlp.traces(span().build())).replace(good, good + "," + bad + "," + good);

    // When
    Decoded decoded = Decoded.json(body, OtlpSignal.TRACES);

    // Then
    assertThat(decoded.problems()).containsExactly(code);
    assertThat(decoded.encoded()).hasSize(2);
  }

  static Stream<String> brokenJson() {
    String body = OtlpJson.of(Otlp.traces(span().build()));
    return Stream.of(
        "",
        " ",
        "[]",
        "null",
        "1",
        "{\"resourceSpans\":{}}",
        "{\"resourceSpans\":[1]}",
        "{\"resourceSpans\":[{\"scopeSpans\":5}]}",
        "{\"resourceSpans\":[{\"resource\":[],\"scopeSpans\":[{}]}]}",
        body + "x",
        body + "{}",
        body.substring(0, body.length() / 2),
        body.replace("\"kind\"", "kind"),
        "{\u0000}");
  }

  @ParameterizedTest
  @MethodSource("brokenJson")
  void decode_rejectsABodyThatIsNoMessage(String body) {
    assertThat(Decoded.json(body, OtlpSignal.TRACES).bodyProblem()).isEqualTo("malformed_json");
  }

  @Test
  void decode_rejectsJsonThatIsNotUtf8() {
    byte[] body =
        OtlpJson.of(Otlp.traces(span().setName("GET é").build()))
            .getBytes(StandardCharsets.ISO_8859_1);
    byte[] utf16 = "{}".getBytes(StandardCharsets.UTF_16LE);

    assertThat(
            Decoded.of(body, OtlpSignal.TRACES, OtlpEncoding.JSON, SpanSelection.ALL).bodyProblem())
        .isEqualTo("invalid_utf8");
    assertThat(
            Decoded.of(utf16, OtlpSignal.TRACES, OtlpEncoding.JSON, SpanSelection.ALL)
                .bodyProblem())
        .isEqualTo("malformed_json");
  }

  @Test
  void decode_rejectsATruncatedBody() {
    byte[] body = Otlp.traces(span().build()).toByteArray();

    for (int length = 1; length < body.length; length++) {
      assertThat(Decoded.spans(Arrays.copyOf(body, length)).bodyProblem())
          .isEqualTo("malformed_protobuf");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void decode_survivesChangedBytes(long seed) {
    // Given
    RandomSpans spans = new RandomSpans(seed);
    byte[] protobuf = Otlp.traces(spans.span(), spans.span(), spans.span()).toByteArray();
    byte[] json = OtlpJson.of(Otlp.logs(spans.log(), spans.log())).getBytes(StandardCharsets.UTF_8);
    Random random = new Random(seed);

    // When, Then nothing is thrown
    for (int i = 0; i < 3_000; i++) {
      decodeChanged(protobuf, random, OtlpSignal.TRACES, OtlpEncoding.PROTOBUF);
      decodeChanged(json, random, OtlpSignal.LOGS, OtlpEncoding.JSON);
    }
  }

  private static void decodeChanged(
      byte[] body, Random random, OtlpSignal signal, OtlpEncoding encoding) {
    byte[] changed = body.clone();
    for (int i = random.nextInt(4); i >= 0; i--) {
      changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
    }
    Decoded decoded = Decoded.of(changed, signal, encoding, SpanSelection.ALL);
    if (!decoded.bodyProblem().equals("no problem")) {
      return;
    }
    for (var event : decoded.encoded()) {
      assertThat(event.json(Tier.KAFKA)).isNotEmpty();
    }
  }

  @Test
  void decode_rejectsOnlyTheSpanWithInvalidUtf8() {
    // Given a span whose name is not UTF-8, between two good ones
    byte[] bad = span().setName("~~~~").build().toByteArray();
    for (int i = 0; i < bad.length; i++) {
      bad[i] = bad[i] == '~' ? (byte) 0xFF : bad[i];
    }
    byte[] body = request(span().build().toByteArray(), bad, span().build().toByteArray());

    // When
    Decoded decoded = Decoded.spans(body);

    // Then
    assertThat(decoded.encoded()).hasSize(2);
    assertThat(decoded.problems()).containsExactly("invalid_utf8");
  }

  /** A request with encoded spans. */
  private static byte[] request(byte[]... spans) {
    ScopeSpans.Builder scope = ScopeSpans.newBuilder();
    var unknown = UnknownFieldSet.Field.newBuilder();
    for (byte[] span : spans) {
      unknown.addLengthDelimited(ByteString.copyFrom(span));
    }
    scope.setUnknownFields(UnknownFieldSet.newBuilder().addField(2, unknown.build()).build());
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(ResourceSpans.newBuilder().setResource(Otlp.shop()).addScopeSpans(scope))
        .build()
        .toByteArray();
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 95, 110})
  void decode_rejectsASpanWithDeepValues(int depth) {
    AnyValue deep = text("x");
    for (int i = 0; i < depth; i++) {
      deep = map(attribute("a", deep));
    }
    Message body = Otlp.traces(span().addAttributes(attribute("a", deep)).build(), span().build());

    Decoded protobuf = Decoded.spans(body.toByteArray());
    Decoded json = Decoded.json(OtlpJson.of(body), OtlpSignal.TRACES);

    assertThat(protobuf.problems()).containsExactly("too_deep");
    assertThat(protobuf.encoded()).hasSize(1);
    assertThat(json.problems()).containsExactly("too_deep");
    assertThat(json.encoded()).hasSize(1);
  }

  @Test
  void decode_rejectsOnlyTheRecordWithVeryDeepJson() {
    String good = OtlpJson.of(log().build());
    String open = "{\"kvlistValue\":{\"values\":[{\"key\":\"a\",\"value\":";
    String deep = open.repeat(20_000) + "{}" + "}]}}".repeat(20_000);
    String bad = good.substring(0, good.length() - 1) + ",\"body\":" + deep + "}";
    String body = OtlpJson.of(Otlp.logs(log().build())).replace(good, bad + "," + good);

    Decoded decoded = Decoded.json(body, OtlpSignal.LOGS);

    assertThat(decoded.problems()).hasSize(1);
    assertThat(decoded.encoded()).hasSize(1);
  }

  @Test
  void decode_rejectsASpanThatIsTooLarge() {
    Span large = span().addAttributes(attribute("a", "x".repeat(LIMIT))).build();
    // Fits as a message, and not as JSON.
    Span escaped = span().addAttributes(attribute("a", "\u0001".repeat(LIMIT / 4))).build();

    Decoded decoded = Decoded.spans(Otlp.traces(large, span().build(), escaped).toByteArray());

    assertThat(decoded.problems()).containsExactly("event_too_large", "event_too_large");
    assertThat(decoded.encoded()).hasSize(1);
  }

  @Test
  void decode_rejectsTheSpansOfAResourceThatBreaksARule() {
    ResourceSpans good = Otlp.traces(span().build()).getResourceSpans(0);
    ResourceSpans large =
        good.toBuilder()
            .setResource(Resource.newBuilder().addAttributes(attribute("a", "x".repeat(LIMIT))))
            .build();
    byte[] body =
        ExportTraceServiceRequest.newBuilder()
            .addResourceSpans(large)
            .addResourceSpans(good)
            .build()
            .toByteArray();

    Decoded decoded = Decoded.spans(body);

    assertThat(decoded.problems()).containsExactly("event_too_large");
    assertThat(decoded.encoded()).hasSize(1);
  }

  @Test
  void decode_limitsTheEventsOfABody() {
    Span[] allowed = new Span[Decoded.SETTINGS.maxEvents()];
    Arrays.fill(allowed, span().build());
    Span[] tooMany = Arrays.copyOf(allowed, allowed.length + 1);
    tooMany[allowed.length] = Span.getDefaultInstance();

    assertThat(Decoded.spans(Otlp.traces(allowed).toByteArray()).encoded()).hasSize(1_000);
    assertThat(Decoded.spans(Otlp.traces(tooMany).toByteArray()).bodyProblem())
        .isEqualTo("too_many_events");
  }

  @Test
  void decode_limitsTheBytesThatALargeResourceGivesSmallSpans() {
    // Given 100 KB of resource, which each event repeats
    ScopeSpans.Builder scope = ScopeSpans.newBuilder();
    for (int i = 0; i < 500; i++) {
      scope.addSpans(span());
    }
    byte[] body =
        ExportTraceServiceRequest.newBuilder()
            .addResourceSpans(
                ResourceSpans.newBuilder()
                    .setResource(
                        Resource.newBuilder().addAttributes(attribute("a", "x".repeat(100_000))))
                    .addScopeSpans(scope))
            .build()
            .toByteArray();

    // When
    Decoded decoded = Decoded.spans(body);

    // Then
    assertThat(decoded.bodyProblem()).isEqualTo("too_many_events");
    assertThat(decoded.reservedBytes()).isLessThan(3L * Decoded.MAX_BYTES);
  }

  @Test
  void decode_limitsTheWorkForSpansThatAreTooLarge() {
    // Given a resource that fits as a message, and is too large as JSON for each of the spans
    ScopeSpans.Builder scope = ScopeSpans.newBuilder();
    for (int i = 0; i < 500; i++) {
      scope.addSpans(span());
    }
    String escaped = "\u0001".repeat(LIMIT - 1000);
    byte[] body =
        ExportTraceServiceRequest.newBuilder()
            .addResourceSpans(
                ResourceSpans.newBuilder()
                    .setResource(Resource.newBuilder().addAttributes(attribute("a", escaped)))
                    .addScopeSpans(scope))
            .build()
            .toByteArray();

    assertThat(Decoded.spans(body).bodyProblem()).isEqualTo("too_many_events");
  }

  static Stream<Arguments> bodiesOfManyParts() {
    return Stream.of(
        Arguments.of("{'resourceSpans':[%s]}", "{}"),
        Arguments.of("{'resourceSpans':[{'scopeSpans':[%s]}]}", "{}"),
        Arguments.of(
            "{'resourceSpans':[{'scopeSpans':[{'spans':[%s]}]}]}", "{'parentSpanId':'01'}"));
  }

  @ParameterizedTest
  @MethodSource("bodiesOfManyParts")
  void decode_limitsThePartsThatBecomeNoEvents(String body, String part) {
    // Given parts that have a few bytes each and take microseconds each
    String parts = String.join(",", Collections.nCopies(200_001, part));
    String json = body.formatted(parts).replace('\'', '"');

    assertThat(Decoded.json(json, OtlpSignal.TRACES).bodyProblem()).isEqualTo("too_many_events");
  }

  @Test
  void decode_readsAResourceOnceForAllItsScopes() {
    ResourceSpans.Builder list = ResourceSpans.newBuilder();
    Resource.Builder resource = list.getResourceBuilder();
    for (int i = 0; i < 900; i++) {
      resource.addAttributes(attribute("key" + i, i));
    }
    for (int i = 0; i < 100_000; i++) {
      list.addScopeSpans(ScopeSpans.getDefaultInstance());
    }
    byte[] body =
        ExportTraceServiceRequest.newBuilder().addResourceSpans(list).build().toByteArray();
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

    // When
    long before = threads.getCurrentThreadAllocatedBytes();
    Decoded decoded = Decoded.spans(body);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    // Then
    assertThat(decoded.results()).isEmpty();
    // Read again for each scope, its 90 million attributes would allocate gigabytes.
    assertThat(allocated).isLessThan(200_000_000);
  }

  @Test
  void decode_reservesMemoryForTheObjectsOfASpan() {
    // Given the span that takes the most memory for its size
    Span.Builder span = span();
    for (int i = 0; i < 50_000; i++) {
      span.addEventsBuilder();
    }

    Decoded decoded = Decoded.spans(Otlp.traces(span.build()).toByteArray());

    assertThat(decoded.reservedBytes()).isGreaterThan(32L * 100_000);
  }

  /** Spans that take much more memory than their bytes. */
  static Stream<Named<Span>> costlySpans() {
    Span.Builder links = span();
    for (int i = 0; i < 100_000; i++) {
      links.addLinksBuilder();
    }
    Span.Builder deepKeys = span();
    for (int i = 0; i < 1_000; i++) {
      deepKeys.addAttributes(attribute(i + ".a".repeat(90), i));
    }
    UnknownFieldSet.Builder unknown = UnknownFieldSet.newBuilder();
    for (int number = 100; number < 60_000; number++) {
      unknown.mergeVarintField(number, 1);
    }
    return Stream.of(
        Named.of("links", links.build()),
        Named.of("deep keys", deepKeys.build()),
        Named.of("unknown fields", span().setUnknownFields(unknown.build()).build()));
  }

  @ParameterizedTest
  @MethodSource("costlySpans")
  void decode_reservesTheMemoryThatASpanTakes(Span span) {
    // Given
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    byte[] body = Otlp.traces(span).toByteArray();
    assertThat(body.length).isLessThan(LIMIT);

    // When
    long before = threads.getCurrentThreadAllocatedBytes();
    Decoded decoded = Decoded.spans(body);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;

    // Then: some of what was allocated was garbage at once, such as the arrays of a growing list
    assertThat(allocated).isLessThan(2 * decoded.reservedBytes());
  }

  @Test
  void decode_endsWhenMemoryIsRefused() {
    byte[] body = Otlp.traces(span().build()).toByteArray();
    OtlpDecoder decoder =
        new OtlpDecoder(
            new EventEncoder(Decoded.SETTINGS, InstantSource.system()), SpanSelection.ALL);

    assertThatThrownBy(
            () ->
                decoder.decode(
                    body,
                    body.length,
                    OtlpSignal.TRACES,
                    OtlpEncoding.PROTOBUF,
                    Decoded.MAX_BYTES,
                    bytes -> {
                      throw new IllegalStateException("no memory");
                    }))
        .hasMessage("no memory");
  }

  @Test
  void decode_countsRejectedItemsAfterTheEvents() {
    Decoded decoded =
        Decoded.logs(Otlp.logs(log().clearTimeUnixNano().build(), log().build()).toByteArray());

    assertThat(decoded.problems()).containsExactly("missing_field");
    assertThat(decoded.results()).hasSize(2);
  }
}
