package io.wideevents.gateway.http;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.time.Instant;

/** Exports of OpenTelemetry. */
final class OtlpBodies {
  private OtlpBodies() {}

  /** An export in JSON with one span of a server. */
  static String trace(String requestId) {
    long nanos = now();
    return """
        {"resourceSpans":[{"resource":{"attributes":[
          {"key":"service.name","value":{"stringValue":"shop"}}]},
         "scopeSpans":[{"spans":[{"traceId":"5b8efff798038103d269b633813fc60c",
          "spanId":"eee19b7ec3c1b174","name":"GET /carts","kind":2,
          "startTimeUnixNano":"%d","endTimeUnixNano":"%d",
          "attributes":[{"key":"requestId","value":{"stringValue":"%s"}}]}]}]}]}
        """
        .formatted(nanos, nanos + 1_000_000, requestId);
  }

  /** An export in JSON with one log record. */
  static String log(String requestId) {
    return """
        {"resourceLogs":[{"scopeLogs":[{"logRecords":[{"eventName":"cart.checked_out",
          "timeUnixNano":"%d",
          "attributes":[{"key":"requestId","value":{"stringValue":"%s"}}]}]}]}]}
        """
        .formatted(now(), requestId);
  }

  /** An export with spans. */
  static byte[] traces(Span... spans) {
    ScopeSpans.Builder scope = ScopeSpans.newBuilder();
    for (Span span : spans) {
      scope.addSpans(span);
    }
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(ResourceSpans.newBuilder().addScopeSpans(scope))
        .build()
        .toByteArray();
  }

  /** A span of a server, with an id made of the number. */
  static Span.Builder span(int number, String requestId) {
    Span.Builder span =
        Span.newBuilder()
            .setSpanId(id(8, number))
            .setTraceId(id(16, number))
            .setParentSpanId(id(8, 1_000_000))
            .setName("GET /carts")
            .setKind(Span.SpanKind.SPAN_KIND_SERVER)
            .setStartTimeUnixNano(now())
            .setEndTimeUnixNano(now() + 1_000_000);
    KeyValue.Builder attribute = span.addAttributesBuilder().setKey("requestId");
    attribute.getValueBuilder().setStringValue(requestId);
    return span;
  }

  private static ByteString id(int bytes, int number) {
    byte[] id = new byte[bytes];
    for (int i = 0; i < 4; i++) {
      id[bytes - 1 - i] = (byte) (number >>> (8 * i));
    }
    return ByteString.copyFrom(id);
  }

  private static long now() {
    return Instant.now().toEpochMilli() * 1_000_000;
  }
}
