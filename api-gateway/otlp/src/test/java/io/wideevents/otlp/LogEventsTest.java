package io.wideevents.otlp;

import static io.wideevents.otlp.Otlp.attribute;
import static io.wideevents.otlp.Otlp.log;
import static io.wideevents.otlp.Otlp.map;
import static io.wideevents.otlp.Otlp.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.SeverityNumber;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.Test;

class LogEventsTest {

  @Test
  void event_hasTheFieldsOfTheRecord() {
    // Given
    LogRecord record =
        log()
            .setSeverityNumber(SeverityNumber.SEVERITY_NUMBER_INFO)
            .setSeverityText("INFO")
            .setObservedTimeUnixNano(Otlp.nanos(Otlp.START) + 1_000_000)
            .setBody(map(attribute("cart.items", 3)))
            .addAttributes(attribute("performance.durationMs", 7))
            .addAttributes(attribute("enduser.id", "u-7"))
            .build();

    // When
    Document event = decode(record);

    // Then
    assertThat(event)
        .containsEntry("requestId", Otlp.TRACE_ID)
        .containsEntry("service", "shop")
        .containsEntry("route", "cart.checked_out")
        .containsEntry("timestamp", "2026-11-30T10:00:00.123456789Z")
        .containsEntry("performance", new Document("durationMs", 7.0))
        .containsEntry("user", new Document("id", "u-7"))
        .containsEntry("traceId", Otlp.TRACE_ID)
        .containsEntry("spanId", Otlp.SPAN_ID)
        .containsEntry(
            "otel",
            new Document("signal", "log")
                .append("name", "cart.checked_out")
                .append("severity", "INFO")
                .append("severityNumber", 9)
                .append("observedTime", "2026-11-30T10:00:00.124456789Z")
                .append("body", new Document("cart", new Document("items", 3))))
        .doesNotContainKey("error");
  }

  @Test
  void event_isMadeOnlyOfRecordsWithANameOrARoute() {
    LogRecord line = log().clearEventName().setBody(text("Started in 3 s")).build();
    LogRecord named =
        log().clearEventName().addAttributes(attribute("event.name", "started")).build();
    LogRecord routed =
        log()
            .addAttributes(attribute("http.request.method", "GET"))
            .addAttributes(attribute("http.route", "/carts"))
            .build();

    Decoded decoded = Decoded.logs(Otlp.logs(line, named, routed, line).toByteArray());

    assertThat(decoded.events())
        .extracting(event -> event.getString("route"))
        .containsExactly("started", "GET /carts");
    assertThat(decoded.result().skipped()).isEqualTo(2);
  }

  @Test
  void event_ofARecordWithoutATraceHasAStableRequestId() {
    LogRecord record = log().clearTraceId().clearSpanId().build();
    LogRecord other = log().clearTraceId().clearSpanId().setEventName("other").build();

    Document event = decode(record);

    assertThat(event).doesNotContainKeys("traceId", "spanId");
    assertThat(event.getString("requestId")).hasSize(32);
    assertThat(decode(record)).isEqualTo(event);
    assertThat(decode(other).getString("requestId")).isNotEqualTo(event.getString("requestId"));
  }

  @Test
  void event_requestIdDoesNotDependOnRedactedValues() {
    LogRecord record = log().clearTraceId().addAttributes(attribute("password", "a")).build();
    LogRecord other = log().clearTraceId().addAttributes(attribute("password", "b")).build();

    assertThat(decode(record)).isEqualTo(decode(other)).containsEntry("password", "[REDACTED]");
  }

  @Test
  void event_keepsADurationThatIsNoNumberBesideItsOwn() {
    LogRecord record =
        log().addAttributes(attribute("performance.durationMs", Double.POSITIVE_INFINITY)).build();

    assertThat(decode(record))
        .doesNotContainKey("performance")
        .containsEntry(
            "attributes", new Document("performance", new Document("durationMs", "Infinity")));
  }

  @Test
  void event_fallsBackToTheObservedTime() {
    LogRecord observed =
        log().clearTimeUnixNano().setObservedTimeUnixNano(Otlp.nanos(Otlp.START)).build();
    LogRecord timeless = log().clearTimeUnixNano().build();

    assertThat(decode(observed)).containsEntry("timestamp", "2026-11-30T10:00:00.123456789Z");
    assertThat(Decoded.logs(Otlp.logs(timeless).toByteArray()).problems())
        .containsExactly("missing_field");
  }

  @Test
  void event_hasAnErrorFromSeverityOrException() {
    Document severe =
        decode(
            log()
                .setSeverityNumber(SeverityNumber.SEVERITY_NUMBER_ERROR)
                .setBody(text("No stock"))
                .build());
    Document exception =
        decode(
            log()
                .addAttributes(attribute("exception.type", "java.io.IOException"))
                .addAttributes(attribute("exception.message", "closed"))
                .build());

    assertThat(severe.get("error"))
        .isEqualTo(new Document("code", "error").append("message", "No stock"));
    assertThat(exception.get("error"))
        .isEqualTo(
            new Document("code", "java.io.IOException")
                .append("message", "closed")
                .append("type", "java.io.IOException"));
  }

  @Test
  void event_idDependsOnTheWholeRecord() {
    List<?> ids =
        Decoded.logs(
                Otlp.logs(log().build(), log().build(), log().setSeverityText("INFO").build())
                    .toByteArray())
            .encoded()
            .stream()
            .map(event -> event.id())
            .toList();

    assertThat(ids.get(0)).isEqualTo(ids.get(1)).isNotEqualTo(ids.get(2));
  }

  private static Document decode(LogRecord record) {
    return Decoded.logs(Otlp.logs(record).toByteArray()).event();
  }
}
