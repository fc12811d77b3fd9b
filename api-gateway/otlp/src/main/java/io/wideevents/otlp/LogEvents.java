package io.wideevents.otlp;

import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.wideevents.event.ContentHash;
import java.nio.charset.StandardCharsets;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Turns log records into events. */
final class LogEvents {
  private static final int TRACE_ID_BYTES = 16;
  private static final int FIRST_ERROR_SEVERITY = 17;
  private static final String DURATION = "performance.durationMs";

  private LogEvents() {}

  /**
   * Makes the event of a log record. Its id is derived from its content, as for a posted event
   * without an id.
   *
   * @param maxFields limit of the event's fields
   * @return null if the record has neither an event name nor a route
   */
  static @Nullable FieldTree event(LogRecord record, ResourceScope source, int maxFields)
      throws RejectedItemException {
    Attributes facts = new Attributes(record.getAttributesList());
    String name =
        record.getEventName().isBlank() ? facts.text("event.name") : record.getEventName();
    String route = Conventions.route(facts);
    if (route == null && name == null) {
      return null;
    }
    EventDraft draft = new EventDraft(maxFields);
    draft.head(
        requestId(record, name, facts),
        source.service(),
        route == null ? String.valueOf(name) : route,
        record.getTimeUnixNano() == 0
            ? record.getObservedTimeUnixNano()
            : record.getTimeUnixNano());
    FieldTree root = draft.root();
    OptionalDouble duration = facts.number(DURATION);
    if (duration.isPresent()
        && duration.getAsDouble() >= 0
        && Double.isFinite(duration.getAsDouble())) {
      root.child("performance").set("durationMs", duration.getAsDouble());
    }
    error(record, facts, draft);
    if (!Hex.isAbsent(record.getTraceId())) {
      root.set("traceId", Hex.of(record.getTraceId()));
    }
    if (!Hex.isAbsent(record.getSpanId())) {
      root.set("spanId", Hex.of(record.getSpanId()));
    }
    FieldTree otel = root.child("otel").set("signal", "log").set("name", name);
    if (!record.getSeverityText().isEmpty()) {
      otel.set("severity", record.getSeverityText());
    }
    if (record.getSeverityNumberValue() != 0) {
      otel.set("severityNumber", (long) record.getSeverityNumberValue());
    }
    if (record.getObservedTimeUnixNano() != 0) {
      otel.set("observedTime", EventDraft.timestamp(record.getObservedTimeUnixNano()));
    }
    if (record.getBody().getValueCase() != AnyValue.ValueCase.VALUE_NOT_SET) {
      otel.put("body", record.getBody());
    }
    SpanEvents.dropped("droppedAttributes", record.getDroppedAttributesCount(), otel);
    source.describe(root);
    draft.attributes(record.getAttributesList(), facts);
    return root;
  }

  private static String requestId(LogRecord record, @Nullable String name, Attributes facts) {
    String given = Conventions.requestId(facts);
    String traceId = Hex.id(record.getTraceId(), TRACE_ID_BYTES);
    if (given != null || traceId != null) {
      return given != null ? given : String.valueOf(traceId);
    }
    // A record without a request: the same record always gets the same id. Attributes and the body
    // do not influence it, because a hash would help to guess values that are redacted.
    String identity =
        "%d %d %s".formatted(record.getTimeUnixNano(), record.getObservedTimeUnixNano(), name);
    byte[] bytes = identity.getBytes(StandardCharsets.UTF_8);
    return ContentHash.of(bytes, 0, bytes.length).toString();
  }

  private static void error(LogRecord record, Attributes facts, EventDraft draft)
      throws RejectedItemException {
    String exceptionType = facts.text("exception.type");
    String type = facts.text("error.type");
    String httpStatus = Conventions.serverErrorStatus(facts);
    boolean isError =
        record.getSeverityNumberValue() >= FIRST_ERROR_SEVERITY
            || exceptionType != null
            || type != null
            || httpStatus != null;
    if (isError) {
      String code = type != null ? type : exceptionType != null ? exceptionType : httpStatus;
      String message = facts.text("exception.message", "error.message");
      String body = record.getBody().getStringValue();
      draft.error(
          code == null ? "error" : code,
          message == null && !body.isBlank() ? body : message,
          exceptionType == null ? type : exceptionType);
    }
  }
}
