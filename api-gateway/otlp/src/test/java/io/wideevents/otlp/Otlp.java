package io.wideevents.otlp;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.time.Instant;
import java.util.HexFormat;

/** Messages of OTLP for tests. */
final class Otlp {
  static final String TRACE_ID = "5b8efff798038103d269b633813fc60c";
  static final String SPAN_ID = "eee19b7ec3c1b174";
  static final Instant START = Instant.parse("2026-11-30T10:00:00.123456789Z");

  private Otlp() {}

  /** A span of kind SERVER that took 12.5 ms, without attributes. */
  static Span.Builder span() {
    return Span.newBuilder()
        .setTraceId(hex(TRACE_ID))
        .setSpanId(hex(SPAN_ID))
        .setParentSpanId(hex("eee19b7ec3c1b173"))
        .setName("GET /carts/{id}")
        .setKind(Span.SpanKind.SPAN_KIND_SERVER)
        .setStartTimeUnixNano(nanos(START))
        .setEndTimeUnixNano(nanos(START) + 12_500_000);
  }

  static LogRecord.Builder log() {
    return LogRecord.newBuilder()
        .setTimeUnixNano(nanos(START))
        .setTraceId(hex(TRACE_ID))
        .setSpanId(hex(SPAN_ID))
        .setEventName("cart.checked_out");
  }

  static ExportTraceServiceRequest traces(Span... spans) {
    ScopeSpans.Builder scope = ScopeSpans.newBuilder();
    scope.getScopeBuilder().setName("io.example.shop").setVersion("1.2");
    for (Span span : spans) {
      scope.addSpans(span);
    }
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(ResourceSpans.newBuilder().setResource(shop()).addScopeSpans(scope))
        .build();
  }

  static ExportLogsServiceRequest logs(LogRecord... records) {
    ScopeLogs.Builder scope = ScopeLogs.newBuilder();
    for (LogRecord record : records) {
      scope.addLogRecords(record);
    }
    return ExportLogsServiceRequest.newBuilder()
        .addResourceLogs(ResourceLogs.newBuilder().setResource(shop()).addScopeLogs(scope))
        .build();
  }

  static Resource shop() {
    return Resource.newBuilder()
        .addAttributes(attribute("service.name", "shop"))
        .addAttributes(attribute("service.version", "4.5"))
        .addAttributes(attribute("host.name", "node-1"))
        .build();
  }

  static KeyValue attribute(String key, AnyValue value) {
    return KeyValue.newBuilder().setKey(key).setValue(value).build();
  }

  static KeyValue attribute(String key, String text) {
    return attribute(key, text(text));
  }

  static KeyValue attribute(String key, long number) {
    return attribute(key, AnyValue.newBuilder().setIntValue(number).build());
  }

  static KeyValue attribute(String key, double number) {
    return attribute(key, AnyValue.newBuilder().setDoubleValue(number).build());
  }

  static KeyValue attribute(String key, boolean truth) {
    return attribute(key, AnyValue.newBuilder().setBoolValue(truth).build());
  }

  static AnyValue text(String text) {
    return AnyValue.newBuilder().setStringValue(text).build();
  }

  static AnyValue array(AnyValue... items) {
    ArrayValue.Builder array = ArrayValue.newBuilder();
    for (AnyValue item : items) {
      array.addValues(item);
    }
    return AnyValue.newBuilder().setArrayValue(array).build();
  }

  static AnyValue map(KeyValue... entries) {
    KeyValueList.Builder list = KeyValueList.newBuilder();
    for (KeyValue entry : entries) {
      list.addValues(entry);
    }
    return AnyValue.newBuilder().setKvlistValue(list).build();
  }

  static ByteString hex(String digits) {
    return ByteString.copyFrom(HexFormat.of().parseHex(digits));
  }

  static long nanos(Instant time) {
    return time.getEpochSecond() * 1_000_000_000 + time.getNano();
  }
}
