package io.wideevents.otlp;

import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.wideevents.event.ContentHash;
import io.wideevents.event.EventId;
import io.wideevents.event.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Turns spans into events. Safe for concurrent use. */
final class SpanEvents {
  private static final int TRACE_ID_BYTES = 16;
  private static final int SPAN_ID_BYTES = 8;
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final long VERSION_7 = 0x7000L;
  private static final long VARIANT_RFC_9562 = 0x8000_0000_0000_0000L;

  private final SpanSelection selection;
  private final int maxFields;

  SpanEvents(SpanSelection selection, int maxFields) {
    this.selection = selection;
    this.maxFields = maxFields;
  }

  /**
   * Makes the event of a span.
   *
   * @return null if the span does not become an event
   */
  @Nullable FieldTree event(Span span, ResourceScope source) throws RejectedItemException {
    Attributes facts = new Attributes(span.getAttributesList());
    if (!isSelected(span, facts)) {
      return null;
    }
    String traceId = Hex.id(span.getTraceId(), TRACE_ID_BYTES);
    String spanId = Hex.id(span.getSpanId(), SPAN_ID_BYTES);
    if (traceId == null || spanId == null) {
      String field = traceId == null ? "traceId" : "spanId";
      throw new RejectedItemException(
          ProblemCode.MISSING_FIELD,
          field,
          "The span has no valid " + field,
          "Send 16 bytes as trace id and 8 bytes as span id, not all of them 0");
    }
    EventDraft draft = new EventDraft(maxFields);
    String requestId = Conventions.requestId(facts);
    String route = Conventions.route(facts);
    long start = span.getStartTimeUnixNano();
    draft.head(
        requestId == null ? traceId : requestId,
        source.service(),
        route != null ? route : span.getName().isBlank() ? "unknown" : span.getName(),
        start);
    FieldTree root = draft.root();
    root.set("eventId", eventId(span).toString());
    long took = span.getEndTimeUnixNano() - start;
    boolean isMeasured = Long.compareUnsigned(span.getEndTimeUnixNano(), start) >= 0 && took >= 0;
    if (isMeasured) {
      root.child("performance").set("durationMs", took / (double) NANOS_PER_MILLI);
    }
    error(span, facts, draft);
    root.set("traceId", traceId)
        .set("spanId", spanId)
        .set("parentSpanId", Hex.id(span.getParentSpanId(), SPAN_ID_BYTES));
    FieldTree otel = root.child("otel");
    otel.set("signal", "span").set("name", span.getName()).set("kind", kind(span));
    status(span.getStatus(), otel);
    if (!isMeasured && span.getEndTimeUnixNano() != 0) {
      otel.set("endTime", EventDraft.timestamp(span.getEndTimeUnixNano()));
    }
    if (!span.getTraceState().isEmpty()) {
      otel.set("traceState", span.getTraceState());
    }
    if (span.getEventsCount() > 0) {
      otel.set("events", events(span.getEventsList(), otel));
    }
    if (span.getLinksCount() > 0) {
      otel.set("links", links(span.getLinksList(), otel));
    }
    dropped("droppedAttributes", span.getDroppedAttributesCount(), otel);
    dropped("droppedEvents", span.getDroppedEventsCount(), otel);
    dropped("droppedLinks", span.getDroppedLinksCount(), otel);
    source.describe(root);
    draft.attributes(span.getAttributesList(), facts);
    return root;
  }

  private boolean isSelected(Span span, Attributes facts) {
    return selection == SpanSelection.ALL
        || span.getKind() == Span.SpanKind.SPAN_KIND_SERVER
        || span.getKind() == Span.SpanKind.SPAN_KIND_CONSUMER
        || Hex.isAbsent(span.getParentSpanId())
        || facts.isTrue("main");
  }

  /**
   * The id of the span's event, so that an export that is sent again gives the same event: the
   * milliseconds of the start and 74 bits of the hash of both ids, as a UUID of version 7. Version
   * 8 is reserved for ids that the gateway derives from an event's content. Ids grow with time,
   * which keeps inserts at the right edge of the index.
   */
  static EventId eventId(Span span) {
    byte[] ids = span.getTraceId().concat(span.getSpanId()).toByteArray();
    ContentHash hash = ContentHash.of(ids, 0, ids.length);
    long millis = Long.divideUnsigned(span.getStartTimeUnixNano(), NANOS_PER_MILLI);
    return new EventId(
        new UUID(
            millis << 16 | VERSION_7 | hash.high() >>> 52, VARIANT_RFC_9562 | hash.low() >>> 2));
  }

  private static void error(Span span, Attributes facts, EventDraft draft)
      throws RejectedItemException {
    Status status = span.getStatus();
    Attributes exception = exception(span.getEventsList());
    String exceptionType = exception.text("exception.type");
    String exceptionMessage = exception.text("exception.message");
    String type = facts.text("error.type");
    String httpStatus = Conventions.serverErrorStatus(facts);
    boolean isError =
        switch (status.getCode()) {
          case STATUS_CODE_ERROR -> true;
          // The service itself decided that the operation succeeded.
          case STATUS_CODE_OK -> false;
          default ->
              exceptionType != null
                  || exceptionMessage != null
                  || type != null
                  || httpStatus != null;
        };
    if (isError) {
      String code = type != null ? type : exceptionType != null ? exceptionType : httpStatus;
      String message = status.getMessage().isBlank() ? exceptionMessage : status.getMessage();
      draft.error(
          code == null ? "error" : code,
          message == null ? facts.text("error.message") : message,
          exceptionType == null ? type : exceptionType);
    }
  }

  /** The attributes of the last exception that the span recorded; empty if there is none. */
  private static Attributes exception(List<Span.Event> events) {
    for (Span.Event event : events.reversed()) {
      if (event.getName().equals("exception")) {
        return new Attributes(event.getAttributesList());
      }
    }
    return new Attributes(List.of());
  }

  private static void status(Status status, FieldTree otel) throws RejectedItemException {
    switch (status.getCode()) {
      case STATUS_CODE_OK -> otel.set("status", "ok");
      case STATUS_CODE_ERROR -> otel.set("status", "error");
      default -> {}
    }
    if (!status.getMessage().isEmpty()) {
      otel.set("statusMessage", status.getMessage());
    }
  }

  private static String kind(Span span) {
    return span.getKind() == Span.SpanKind.UNRECOGNIZED
        ? Integer.toString(span.getKindValue())
        : span.getKind().name().substring("SPAN_KIND_".length()).toLowerCase(Locale.ROOT);
  }

  private static List<FieldTree> events(List<Span.Event> events, FieldTree otel)
      throws RejectedItemException {
    var all = new ArrayList<FieldTree>(events.size());
    for (Span.Event event : events) {
      FieldTree one = otel.part().set("name", event.getName());
      if (event.getTimeUnixNano() != 0) {
        one.set("time", EventDraft.timestamp(event.getTimeUnixNano()));
      }
      if (event.getAttributesCount() > 0) {
        one.setTree("attributes", otel.part().putAll(event.getAttributesList()));
      }
      dropped("droppedAttributes", event.getDroppedAttributesCount(), one);
      all.add(one);
    }
    return all;
  }

  private static List<FieldTree> links(List<Span.Link> links, FieldTree otel)
      throws RejectedItemException {
    var all = new ArrayList<FieldTree>(links.size());
    for (Span.Link link : links) {
      FieldTree one =
          otel.part()
              .set("traceId", Hex.of(link.getTraceId()))
              .set("spanId", Hex.of(link.getSpanId()));
      if (!link.getTraceState().isEmpty()) {
        one.set("traceState", link.getTraceState());
      }
      if (link.getAttributesCount() > 0) {
        one.setTree("attributes", otel.part().putAll(link.getAttributesList()));
      }
      dropped("droppedAttributes", link.getDroppedAttributesCount(), one);
      all.add(one);
    }
    return all;
  }

  static void dropped(String name, int count, FieldTree to) throws RejectedItemException {
    if (count != 0) {
      to.set(name, Integer.toUnsignedLong(count));
    }
  }
}
