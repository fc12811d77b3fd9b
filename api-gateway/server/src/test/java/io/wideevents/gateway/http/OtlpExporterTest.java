package io.wideevents.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.export.RetryPolicy;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.export.SimpleLogRecordProcessor;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The exporters of OpenTelemetry's Java SDK against a running server. */
class OtlpExporterTest {
  private static final Resource SHOP =
      Resource.create(Attributes.of(AttributeKey.stringKey("service.name"), "shop"));

  private final TestServer server = new TestServer();

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void spans_becomeEvents() {
    // Given
    OtlpHttpSpanExporter exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(server.uri("/v1/traces").toString())
            .setCompression("gzip")
            .build();
    try (SdkTracerProvider provider = provider(exporter)) {
      // When
      Span request =
          provider
              .get("shop")
              .spanBuilder("GET /carts/{id}")
              .setSpanKind(SpanKind.SERVER)
              .startSpan();
      request.setAttribute("http.request.method", "GET");
      request.setAttribute("http.route", "/carts/{id}");
      request.setAttribute("cart.items", 3L);
      request.recordException(new IllegalStateException("No stock"));
      request.setStatus(StatusCode.ERROR);
      request.end();

      // Then
      assertThat(provider.forceFlush().join(20, TimeUnit.SECONDS).isSuccess()).isTrue();
      Document event = events().getFirst();
      assertThat(event)
          .containsEntry("service", "shop")
          .containsEntry("route", "GET /carts/{id}")
          .containsEntry("requestId", request.getSpanContext().getTraceId())
          .containsEntry("spanId", request.getSpanContext().getSpanId())
          .containsEntry("cart", new Document("items", 3));
      assertThat(event.get("error", Document.class))
          .containsEntry("code", "java.lang.IllegalStateException")
          .containsEntry("message", "No stock");
      assertThat(event.getEmbedded(List.of("performance", "durationMs"), -1.0)).isNotNegative();
    }
  }

  @Test
  void spans_areSentAgainUntilTheyAreConfirmed() {
    // Given
    server.logger.leaveUnconfirmed(event -> server.logger.calls().size() < 2);
    OtlpHttpSpanExporter exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(server.uri("/v1/traces").toString())
            .setRetryPolicy(
                RetryPolicy.builder()
                    .setInitialBackoff(Duration.ofMillis(10))
                    .setMaxBackoff(Duration.ofMillis(20))
                    .build())
            .build();
    try (SdkTracerProvider provider = provider(exporter)) {
      // When
      provider.get("shop").spanBuilder("job").startSpan().end();

      // Then
      assertThat(provider.forceFlush().join(30, TimeUnit.SECONDS).isSuccess()).isTrue();
      assertThat(server.logger.calls()).hasSizeGreaterThan(1);
      assertThat(server.logger.durable()).hasSize(1);
    }
  }

  @Test
  void spans_thatAreAllRejectedFailTheExport() {
    OtlpHttpSpanExporter exporter =
        OtlpHttpSpanExporter.builder().setEndpoint(server.uri("/v1/traces").toString()).build();
    try (SdkTracerProvider provider = provider(exporter)) {
      provider
          .get("shop")
          .spanBuilder("job")
          .setStartTimestamp(1, TimeUnit.SECONDS)
          .startSpan()
          .end();

      assertThat(provider.forceFlush().join(20, TimeUnit.SECONDS).isDone()).isTrue();
      assertThat(server.metrics.rejected()).containsEntry("timestamp_expired", 1);
      assertThat(server.logger.durable()).isEmpty();
    }
  }

  @Test
  void logRecords_becomeEvents() {
    // Given
    OtlpHttpLogRecordExporter exporter =
        OtlpHttpLogRecordExporter.builder().setEndpoint(server.uri("/v1/logs").toString()).build();
    try (SdkLoggerProvider provider =
        SdkLoggerProvider.builder()
            .setResource(SHOP)
            .addLogRecordProcessor(SimpleLogRecordProcessor.create(exporter))
            .build()) {
      // When
      provider
          .get("shop")
          .logRecordBuilder()
          .setEventName("cart.checked_out")
          .setSeverity(Severity.INFO)
          .setAttribute(AttributeKey.longKey("cart.items"), 3L)
          .emit();
      provider.get("shop").logRecordBuilder().setBody("Only a line").emit();

      // Then
      assertThat(provider.forceFlush().join(20, TimeUnit.SECONDS).isSuccess()).isTrue();
      assertThat(events()).hasSize(1);
      assertThat(events().getFirst())
          .containsEntry("service", "shop")
          .containsEntry("route", "cart.checked_out")
          .containsEntry("cart", new Document("items", 3));
      assertThat(server.metrics.skipped()).containsEntry("logs", 1);
    }
  }

  private static SdkTracerProvider provider(OtlpHttpSpanExporter exporter) {
    return SdkTracerProvider.builder()
        .setResource(SHOP)
        .addSpanProcessor(BatchSpanProcessor.builder(exporter).build())
        .build();
  }

  private List<Document> events() {
    return server.logger.durable().values().stream().map(OtlpExporterTest::document).toList();
  }

  private static Document document(EncodedEvent event) {
    return Document.parse(new String(event.json(Tier.KAFKA), StandardCharsets.UTF_8));
  }
}
