package io.wideevents.otlp;

import com.google.protobuf.Message;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import io.wideevents.codec.BodyFormat;
import io.wideevents.codec.BodyResult;
import io.wideevents.codec.EncodeResult;
import io.wideevents.codec.EventEncoder;
import io.wideevents.codec.RejectedText;
import io.wideevents.event.EventProblem;
import io.wideevents.event.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Reads one body of OTLP. Not safe for concurrent use. */
final class OtlpBody {
  // A message as an object takes at most about this many times its encoded bytes. The worst case is
  // a list of empty messages, which have two bytes each. The fields made from them are limited.
  private static final long OBJECT_FACTOR = 40;

  // Lists of resources and scopes, and items that are skipped. Each takes microseconds and may have
  // a few bytes. A body of the largest default size has this number if each has 160 bytes.
  private static final int MAX_PARTS_WITHOUT_EVENT = 200_000;

  private final EventEncoder encoder;
  private final SpanEvents spans;
  private final OtlpSignal signal;
  private final MessageReader reader;
  private final int maxBytes;
  private final LongConsumer memory;
  private final int maxItemBytes;
  private final int maxFields;
  private int maxEvents;
  private final List<EncodeResult> rejected = new ArrayList<>();
  private EventLines lines;
  private int events;
  private int skipped;
  private int partsWithoutEvent;
  private long chargedBytes;

  private static final class TooManyItemsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooManyItemsException() {
      super("The body has too many items", null, false, false);
    }
  }

  OtlpBody(
      EventEncoder encoder,
      SpanEvents spans,
      OtlpSignal signal,
      MessageReader reader,
      int maxBytes,
      LongConsumer memory) {
    this.encoder = encoder;
    this.spans = spans;
    this.signal = signal;
    this.reader = reader;
    this.maxBytes = maxBytes;
    this.memory = memory;
    this.maxItemBytes = encoder.settings().limits().maxEventBytes();
    this.maxFields = encoder.settings().limits().maxFields();
    this.lines = new EventLines(maxItemBytes, 0, memory);
  }

  OtlpEvents read(Part body) {
    maxEvents = encoder.settings().maxEvents(body.length());
    lines = new EventLines(maxItemBytes, Math.max(0, maxBytes - body.length()), memory);
    try {
      reader.check(body);
      reader.each(body, signal.resources(), this::resource);
    } catch (MalformedBodyException e) {
      return result(
          new BodyResult.Malformed(
              new EventProblem(
                  e.code(),
                  "",
                  String.valueOf(e.getMessage()),
                  "Send the export request of OTLP that belongs to this path, in the encoding that"
                      + " Content-Type names",
                  null)));
    } catch (TooManyItemsException e) {
      return tooMany(
          "The body has more than %d %s, or more than %d lists and skipped %s"
              .formatted(maxEvents, signal.items(), MAX_PARTS_WITHOUT_EVENT, signal.items()));
    } catch (EventLines.TooManyBytesException e) {
      return tooMany(
          "The body and the events made from it have more than %d bytes".formatted(maxBytes));
    }
    return result(encoded());
  }

  private OtlpEvents result(BodyResult result) {
    return new OtlpEvents(result, skipped);
  }

  private OtlpEvents tooMany(String message) {
    return result(
        new BodyResult.TooManyEvents(
            new EventProblem(
                ProblemCode.TOO_MANY_EVENTS.code(),
                "",
                message,
                "Export smaller batches; the limits are the settings HTTP_MAX_EVENTS and"
                    + " HTTP_MAX_INFLATED_BYTES",
                null)));
  }

  private BodyResult encoded() {
    if (events == 0) {
      return new BodyResult.Events(rejected, true);
    }
    BodyResult result = encoder.encode(lines.bytes(), lines.length(), BodyFormat.NDJSON, memory);
    if (!(result instanceof BodyResult.Events encoded) || rejected.isEmpty()) {
      return result;
    }
    List<EncodeResult> all = new ArrayList<>(encoded.results());
    all.addAll(rejected);
    return new BodyResult.Events(all, true);
  }

  private void resource(Part list) throws MalformedBodyException {
    requireFewerParts();
    Part[] found = {null};
    reader.each(list, signal.resource(), part -> found[0] = part);
    try {
      // Decoded once, because a list may have millions of empty scopes.
      Resource.Builder resource = Resource.newBuilder();
      int bytes = decode(found[0], 0, resource);
      ResourceScope source = ResourceScope.of(resource.build(), maxFields);
      reader.each(list, signal.scopes(), scope -> scope(scope, source, bytes));
    } catch (RejectedItemException e) {
      reader.each(list, signal.scopes(), scope -> rejectAll(scope, e.problem()));
    }
  }

  private void scope(Part list, ResourceScope resource, int resourceBytes)
      throws MalformedBodyException {
    requireFewerParts();
    Part[] found = {null};
    reader.each(list, signal.scope(), part -> found[0] = part);
    try {
      InstrumentationScope.Builder scope = InstrumentationScope.newBuilder();
      int bytes = decode(found[0], resourceBytes, scope);
      ResourceScope source = resource.within(scope.build(), maxFields);
      reader.each(list, signal.itemsOfScope(), item -> item(item, source, bytes));
    } catch (RejectedItemException e) {
      rejectItems(list, e.problem());
    }
  }

  /**
   * Decodes a part that is not an item.
   *
   * @param before encoded bytes of the parts to which this one belongs
   * @return encoded bytes of all these parts
   */
  private int decode(@Nullable Part part, int before, Message.Builder into)
      throws MalformedBodyException, RejectedItemException {
    if (part == null) {
      return before;
    }
    int bytes = before + part.length();
    requireFits(bytes);
    charge(bytes);
    reader.decode(part, into);
    return bytes;
  }

  private void rejectAll(Part scope, EventProblem problem) throws MalformedBodyException {
    requireFewerParts();
    rejectItems(scope, problem);
  }

  private void rejectItems(Part scope, EventProblem problem) throws MalformedBodyException {
    reader.each(scope, signal.itemsOfScope(), item -> reject(item, problem));
  }

  private void item(Part item, ResourceScope source, int headBytes) throws MalformedBodyException {
    try {
      requireFits(item.length());
      charge(headBytes + item.length());
      FieldTree event = event(item, source);
      if (event == null) {
        requireFewerParts();
        skipped++;
      } else {
        add(event);
      }
    } catch (RejectedItemException e) {
      reject(item, e.problem());
    }
  }

  private @Nullable FieldTree event(Part item, ResourceScope source)
      throws MalformedBodyException, RejectedItemException {
    return switch (signal) {
      case TRACES -> {
        Span.Builder span = Span.newBuilder();
        reader.decode(item, span);
        yield spans.event(span.build(), source);
      }
      case LOGS -> {
        LogRecord.Builder record = LogRecord.newBuilder();
        reader.decode(item, record);
        yield LogEvents.event(record.build(), source, maxFields);
      }
    };
  }

  private void add(FieldTree event) throws RejectedItemException {
    requireFewer();
    try {
      lines.add(event);
      events++;
    } catch (EventLines.LineTooLongException e) {
      throw tooLarge();
    }
  }

  private void reject(Part item, EventProblem problem) {
    requireFewer();
    memory.accept(EventEncoder.BYTES_PER_EVENT);
    rejected.add(
        new EncodeResult.Rejected(0, List.of(problem), RejectedText.notKept(item.length())));
  }

  private void requireFewer() {
    if (events + rejected.size() >= maxEvents) {
      throw new TooManyItemsException();
    }
  }

  private void requireFewerParts() {
    if (++partsWithoutEvent > MAX_PARTS_WITHOUT_EVENT) {
      throw new TooManyItemsException();
    }
  }

  private void requireFits(int bytes) throws RejectedItemException {
    if (bytes > maxItemBytes) {
      throw tooLarge();
    }
  }

  private RejectedItemException tooLarge() {
    return new RejectedItemException(
        ProblemCode.EVENT_TOO_LARGE,
        "",
        "The event, its encoded form or its resource has more than %d bytes"
            .formatted(maxItemBytes),
        "Leave out large attributes; the limit is the setting EVENT_MAX_BYTES");
  }

  /** Counts the objects of the largest item so far, because one item is decoded at a time. */
  private void charge(int encodedBytes) {
    long bytes = OBJECT_FACTOR * encodedBytes;
    if (bytes > chargedBytes) {
      memory.accept(bytes - chargedBytes);
      chargedBytes = bytes;
    }
  }
}
