package io.wideevents.otlp;

import static io.wideevents.otlp.Otlp.array;
import static io.wideevents.otlp.Otlp.attribute;
import static io.wideevents.otlp.Otlp.map;
import static io.wideevents.otlp.Otlp.span;
import static io.wideevents.otlp.Otlp.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import io.wideevents.event.EventId;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpanEventsTest {

  @Test
  void event_hasTheFieldsOfTheRequest() {
    // Given
    Span span =
        span()
            .addAttributes(attribute("http.request.method", "GET"))
            .addAttributes(attribute("http.route", "/carts/{id}"))
            .addAttributes(attribute("http.response.status_code", 200))
            .addAttributes(attribute("user.id", "u-7"))
            .addAttributes(attribute("cart.items", 3))
            .setTraceState("vendor=1")
            .build();

    // When
    Document event = decode(span);

    // Then
    assertThat(event)
        .containsEntry("requestId", Otlp.TRACE_ID)
        .containsEntry("service", "shop")
        .containsEntry("route", "GET /carts/{id}")
        .containsEntry("timestamp", "2026-11-30T10:00:00.123456789Z")
        .containsEntry("performance", new Document("durationMs", 12.5))
        .containsEntry("user", new Document("id", "u-7"))
        .containsEntry("traceId", Otlp.TRACE_ID)
        .containsEntry("spanId", Otlp.SPAN_ID)
        .containsEntry("parentSpanId", "eee19b7ec3c1b173")
        .containsEntry("cart", new Document("items", 3))
        .containsEntry(
            "http",
            new Document("request", new Document("method", "GET"))
                .append("route", "/carts/{id}")
                .append("response", new Document("status_code", 200)))
        .containsEntry(
            "resource",
            new Document("service", new Document("name", "shop").append("version", "4.5"))
                .append("host", new Document("name", "node-1")))
        .containsEntry(
            "otel",
            new Document("signal", "span")
                .append("name", "GET /carts/{id}")
                .append("kind", "server")
                .append("traceState", "vendor=1")
                .append("scope", new Document("name", "io.example.shop").append("version", "1.2")))
        .doesNotContainKeys("error", "attributes");
    assertThat(event.getString("_summary")).contains("Outcome: SUCCESS", "LatencyBucket: <50");
  }

  @Test
  void eventId_dependsOnIdsAndStartOnly() {
    EventId id = Decoded.spans(Otlp.traces(span().build()).toByteArray()).encoded().getFirst().id();
    Span.Builder other = span().setSpanId(Otlp.hex("eee19b7ec3c1b175"));

    UUID uuid = id.value();
    assertThat(uuid.version()).isEqualTo(7);
    assertThat(uuid.variant()).isEqualTo(2);
    assertThat(uuid.getMostSignificantBits() >>> 16).isEqualTo(Otlp.START.toEpochMilli());
    assertThat(SpanEvents.eventId(span().setName("renamed").build())).isEqualTo(id);
    assertThat(SpanEvents.eventId(other.build())).isNotEqualTo(id);
    assertThat(SpanEvents.eventId(span().setTraceId(Otlp.hex("00".repeat(15) + "01")).build()))
        .isNotEqualTo(id);
  }

  @ParameterizedTest
  @CsvSource({
    "SPAN_KIND_SERVER, true, false, true",
    "SPAN_KIND_CONSUMER, true, false, true",
    "SPAN_KIND_CLIENT, true, false, false",
    "SPAN_KIND_PRODUCER, true, false, false",
    "SPAN_KIND_INTERNAL, true, false, false",
    "SPAN_KIND_INTERNAL, false, false, true",
    "SPAN_KIND_CLIENT, true, true, true"
  })
  void event_isMadeForRequests(SpanKind kind, boolean hasParent, boolean isMain, boolean selected) {
    Span.Builder span = span().setKind(kind);
    if (!hasParent) {
      span.clearParentSpanId();
    }
    if (isMain) {
      span.addAttributes(attribute("main", true));
    }
    byte[] body = Otlp.traces(span.build()).toByteArray();

    Decoded requests = Decoded.spans(body);
    Decoded all = Decoded.of(body, OtlpSignal.TRACES, OtlpEncoding.PROTOBUF, SpanSelection.ALL);

    assertThat(requests.results()).hasSize(selected ? 1 : 0);
    assertThat(requests.result().skipped()).isEqualTo(selected ? 0 : 1);
    assertThat(all.results()).hasSize(1);
  }

  static Stream<Arguments> routes() {
    return Stream.of(
        Arguments.of(
            "POST /a/{b}",
            List.of(attribute("http.request.method", "POST"), attribute("http.route", "/a/{b}"))),
        Arguments.of(
            "POST /a", List.of(attribute("http.method", "POST"), attribute("http.route", "/a"))),
        Arguments.of("/a", List.of(attribute("http.route", "/a"))),
        Arguments.of(
            "QUERY /a",
            List.of(
                attribute("http.request.method", "_OTHER"),
                attribute("http.request.method_original", "QUERY"),
                attribute("http.route", "/a"))),
        Arguments.of(
            "_OTHER /a",
            List.of(attribute("http.request.method", "_OTHER"), attribute("http.route", "/a"))),
        Arguments.of(
            "shop.Cart/Add",
            List.of(attribute("rpc.service", "shop.Cart"), attribute("rpc.method", "Add"))),
        Arguments.of(
            "shop.Cart/Add",
            List.of(
                attribute("rpc.service", "shop.Cart"), attribute("rpc.method", "shop.Cart/Add"))),
        Arguments.of("shop.Cart/Add", List.of(attribute("rpc.method", "shop.Cart/Add"))),
        Arguments.of("shop.Cart", List.of(attribute("rpc.service", "shop.Cart"))),
        Arguments.of(
            "process orders",
            List.of(
                attribute("messaging.operation.name", "process"),
                attribute("messaging.destination.name", "orders"))),
        Arguments.of(
            "receive orders-{n}",
            List.of(
                attribute("messaging.operation", "receive"),
                attribute("messaging.destination.template", "orders-{n}"),
                attribute("messaging.destination.name", "orders-7"))),
        Arguments.of("orders", List.of(attribute("messaging.destination.name", "orders"))),
        Arguments.of("GET /carts/{id}", List.of(attribute("http.request.method", "GET"))),
        Arguments.of("GET /carts/{id}", List.of(attribute("http.route", " "))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("routes")
  void event_hasARoute(String route, List<KeyValue> attributes) {
    assertThat(decode(span().addAllAttributes(attributes).build())).containsEntry("route", route);
  }

  @ParameterizedTest
  @CsvSource({
    "requestId",
    "request_id",
    "request.id",
    "http.request.id",
    "http.request.header.x-request-id"
  })
  void event_prefersARequestIdToTheTraceId(String key) {
    AnyValue header = Otlp.array(Otlp.text("req-1"));

    assertThat(decode(span().addAttributes(attribute(key, "req-1")).build()))
        .containsEntry("requestId", "req-1");
    assertThat(decode(span().addAttributes(attribute(key, header)).build()))
        .containsEntry("requestId", "req-1");
  }

  @Test
  void event_fitsTextsIntoTheirLimit() {
    String longText = "é".repeat(200);

    Document event =
        decode(span().setName(longText).addAttributes(attribute("request.id", longText)).build());

    assertThat(event.getString("route")).isEqualTo("é".repeat(128));
    assertThat(event.getString("requestId")).isEqualTo("é".repeat(128));
    assertThat(event.getEmbedded(List.of("otel", "name"), "")).isEqualTo(longText);
  }

  private static final Span.Event EXCEPTION =
      Span.Event.newBuilder()
          .setName("exception")
          .setTimeUnixNano(Otlp.nanos(Otlp.START))
          .addAttributes(attribute("exception.type", "java.io.IOException"))
          .addAttributes(attribute("exception.message", "no route to host"))
          .build();

  static Stream<Arguments> errors() {
    return Stream.of(
        Arguments.of(span(), null, null, null),
        Arguments.of(status(StatusCode.STATUS_CODE_ERROR, ""), "error", null, null),
        Arguments.of(status(StatusCode.STATUS_CODE_ERROR, "bad"), "error", "bad", null),
        Arguments.of(status(StatusCode.STATUS_CODE_OK, "").addEvents(EXCEPTION), null, null, null),
        Arguments.of(
            span().addEvents(EXCEPTION),
            "java.io.IOException",
            "no route to host",
            "java.io.IOException"),
        Arguments.of(
            status(StatusCode.STATUS_CODE_ERROR, "bad")
                .addEvents(EXCEPTION)
                .addAttributes(attribute("error.type", "timeout")),
            "timeout",
            "bad",
            "java.io.IOException"),
        Arguments.of(
            span().addAttributes(attribute("error.type", "timeout")), "timeout", null, "timeout"),
        Arguments.of(
            span().addAttributes(attribute("http.response.status_code", 503)), "503", null, null),
        Arguments.of(span().addAttributes(attribute("http.status_code", "500")), "500", null, null),
        Arguments.of(
            span().addAttributes(attribute("http.response.status_code", 404)), null, null, null),
        Arguments.of(
            span().addAttributes(attribute("http.response.status_code", "9".repeat(99))),
            null,
            null,
            null));
  }

  private static Span.Builder status(StatusCode code, String message) {
    Span.Builder span = span();
    span.getStatusBuilder().setCode(code).setMessage(message);
    return span;
  }

  @ParameterizedTest
  @MethodSource("errors")
  void event_hasAnErrorWhenTheRequestFailed(
      Span.Builder span, @Nullable String code, @Nullable String message, @Nullable String type) {
    Document event = decode(span.build());

    if (code == null) {
      assertThat(event).doesNotContainKey("error");
    } else {
      Document error = event.get("error", Document.class);
      assertThat(error.get("code")).isEqualTo(code);
      assertThat(error.get("message")).isEqualTo(message);
      assertThat(error.get("type")).isEqualTo(type);
      assertThat(event.getString("_summary")).contains("Outcome: FAILED");
    }
  }

  @Test
  void event_keepsEventsLinksAndCounts() {
    Span span =
        span()
            .addEvents(EXCEPTION)
            .addLinks(
                Span.Link.newBuilder()
                    .setTraceId(Otlp.hex(Otlp.TRACE_ID))
                    .setSpanId(Otlp.hex(Otlp.SPAN_ID))
                    .addAttributes(attribute("why", "batch")))
            .setDroppedAttributesCount(-1)
            .build();

    Document otel = decode(span).get("otel", Document.class);

    Document exception = otel.getList("events", Document.class).getFirst();
    assertThat(exception)
        .containsEntry("name", "exception")
        .containsEntry("time", "2026-11-30T10:00:00.123456789Z");
    assertThat(exception.getEmbedded(List.of("attributes", "exception", "message"), ""))
        .isEqualTo("no route to host");
    assertThat(otel.getList("links", Document.class).getFirst())
        .containsEntry("traceId", Otlp.TRACE_ID)
        .containsEntry("spanId", Otlp.SPAN_ID)
        .containsEntry("attributes", new Document("why", "batch"));
    assertThat(otel).containsEntry("droppedAttributes", 4_294_967_295L);
  }

  @Test
  void event_movesAttributesThatWouldChangeItsOwnFields() {
    Document event =
        decode(
            span()
                .addAttributes(attribute("service", "other"))
                .addAttributes(attribute("service.peer", "x"))
                .addAttributes(attribute("timestamp", 1))
                .addAttributes(attribute("_id", 2))
                .addAttributes(attribute("eventId", "3"))
                .addAttributes(attribute("error.stack", "at x"))
                .addAttributes(attribute("otel.scope.name", "y"))
                .build());

    assertThat(event).containsEntry("service", "shop").doesNotContainKeys("_id", "error");
    assertThat(event.get("attributes", Document.class))
        .containsEntry("service", new Document("_value", "other").append("peer", "x"))
        .containsEntry("timestamp", 1)
        .containsEntry("_id", 2)
        .containsEntry("eventId", "3")
        .containsEntry("error", new Document("stack", "at x"))
        .containsEntry("otel", new Document("scope", new Document("name", "y")));
  }

  static Stream<Arguments> users() {
    return Stream.of(
        Arguments.of(
            "{id: 'u', role: 'admin', plan: 'pro'}",
            List.of(
                attribute("user.id", "u"),
                attribute("user.role", "admin"),
                attribute("user.plan", "pro"))),
        Arguments.of("{id: 7}", List.of(attribute("user.id", 7))),
        Arguments.of(
            "{id: 'e', role: 'r'}",
            List.of(attribute("enduser.id", "e"), attribute("enduser.role", "r"))),
        Arguments.of(
            "{plan: 'pro', id: 'e'}",
            List.of(attribute("user.plan", "pro"), attribute("enduser.id", "e"))),
        Arguments.of("{id: 'u'}", List.of(attribute("user", map(attribute("id", "u"))))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("users")
  void event_hasAUser(String user, List<KeyValue> attributes) {
    Document event = decode(span().addAllAttributes(attributes).build());

    assertThat(event.get("user")).isEqualTo(Document.parse(user));
    assertThat(event).doesNotContainKey("attributes");
  }

  static Stream<Arguments> otherUsers() {
    return Stream.of(
        Arguments.of(null, List.of(attribute("user", "bob"))),
        Arguments.of(null, List.of(attribute("user.id", true))),
        Arguments.of("a", List.of(attribute("user.id", "a"), attribute("user.id", "b"))),
        Arguments.of("a", List.of(attribute("user.id", "a"), attribute("user.id.x", "b"))),
        Arguments.of("a", List.of(attribute("user.id", "a"), attribute("user.role", 1.5))));
  }

  @ParameterizedTest
  @MethodSource("otherUsers")
  void event_keepsUsersOfOtherTypesBesideIts(@Nullable String id, List<KeyValue> attributes) {
    Document event = decode(span().addAllAttributes(attributes).build());

    assertThat(event.get("user")).isEqualTo(id == null ? null : new Document("id", id));
    assertThat(event.get("attributes", Document.class)).containsKey("user");
  }

  @Test
  void event_leavesOutADurationThatIsNegative() {
    Document event = decode(span().setEndTimeUnixNano(Otlp.nanos(Otlp.START) - 1).build());

    assertThat(event).doesNotContainKey("performance");
    assertThat(event.getEmbedded(List.of("otel", "endTime"), ""))
        .isEqualTo("2026-11-30T10:00:00.123456788Z");
  }

  @ParameterizedTest
  @ValueSource(strings = {"authorization", "proxy_authorization", "cookie", "set_cookie"})
  void event_redactsCapturedHeadersInTheirOldForm(String header) {
    // Given the form of conventions before 1.23, which replace the hyphen
    Document event =
        decode(
            span()
                .addAttributes(attribute("http.request.header." + header, array(text("s3cret"))))
                .build());

    assertThat(event.toJson()).doesNotContain("s3cret");
  }

  @Test
  void event_redactsByTheLastPartOfAKey() {
    Document event =
        decode(
            span()
                .addAttributes(attribute("http.request.header.authorization", "Bearer x"))
                .addAttributes(attribute("db.password", "s3cret"))
                .addAttributes(attribute("db.password.hint", "s3c"))
                .build());

    assertThat(event.toJson()).doesNotContain("Bearer", "s3c");
    assertThat(event.getEmbedded(List.of("db", "password"), "")).isEqualTo("[REDACTED]");
  }

  private static Document decode(Span span) {
    return Decoded.spans(Otlp.traces(span).toByteArray()).event();
  }
}
