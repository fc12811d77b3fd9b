package io.wideevents.codec;

import io.wideevents.event.EventProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Reads a body of a lenient intake. The strict reader reads the body first, so that every problem
 * has its position in the text that was sent. Then each event is rewritten as far as something can
 * be inferred, and the strict reader reads the rewritten text. Not safe for concurrent use.
 */
final class LenientBody {
  /** Length of the hexadecimal part of a generated {@code requestId}. */
  private static final int GENERATED_DIGITS = 32;

  /**
   * Heap bytes that the tree of an event and its rewritten text take at most, for each byte of the
   * event. Measured: 46 for arrays within arrays, 38 for objects within objects, 18 for numbers.
   */
  private static final long TREE_FACTOR = 56;

  /** Reads a body by the rules of an event. */
  interface StrictReader {
    BodyResult read(byte[] body, int length, BodyFormat format, LongConsumer memory);
  }

  private final LenientRules rules;
  private final BodyParsers parsers;
  private final EventRules checks;
  private final StrictReader strict;
  private long bytesOfTree;

  LenientBody(LenientRules rules, BodyParsers parsers, EventRules checks, StrictReader strict) {
    this.rules = rules;
    this.parsers = parsers;
    this.checks = checks;
    this.strict = strict;
  }

  /** As {@link EventEncoder#encode(byte[], int, BodyFormat, LenientRules, LongConsumer)}. */
  BodyResult read(byte[] body, int length, @Nullable BodyFormat declared, LongConsumer memory) {
    List<String> ofBody = new ArrayList<>();
    BodyFormat format = formatOf(body, length, declared);
    if (format != declared) {
      ofBody.add("body: " + (format == BodyFormat.JSON ? "JSON" : "NDJSON"));
    }
    if (format == BodyFormat.JSON && !rules.eventsAt().isEmpty() && unwrap(body, length)) {
      ofBody.add("events: from /" + String.join("/", rules.eventsAt()));
    }
    BodyResult result = strict.read(body, length, format, memory);
    if (!(result instanceof BodyResult.Events events)) {
      return result;
    }
    List<EncodeResult> inferred = new ArrayList<>(events.results().size());
    for (EncodeResult event : events.results()) {
      inferred.add(infer(body, event, ofBody, memory));
    }
    return new BodyResult.Events(inferred, events.batch());
  }

  /**
   * The format that a body has, from its first value. An object with anything behind it is the
   * first line of NDJSON. A body whose first value cannot be read is NDJSON if it looks so, else
   * what it was declared to be.
   */
  private BodyFormat formatOf(byte[] body, int length, @Nullable BodyFormat declared) {
    BodyFormat format = declared == null ? BodyFormat.JSON : declared;
    try (EventText text = EventText.openLimited(parsers, body, 0, length, 1)) {
      JsonParser parser = text.parser();
      JsonToken first = parser.nextToken();
      if (first == null) {
        return format;
      }
      parser.skipChildren();
      boolean isOneLine = parser.currentLocation().getLineNr() == 1;
      if (first != JsonToken.START_OBJECT) {
        return first == JsonToken.START_ARRAY ? BodyFormat.JSON : format;
      }
      if (!isBlank(body, text.offset(parser.currentLocation()), length)) {
        return BodyFormat.NDJSON;
      }
      return isOneLine && rules.eventsAt().isEmpty() ? format : BodyFormat.JSON;
    } catch (JacksonException e) {
      return hasLinesOfObjects(body, length) ? BodyFormat.NDJSON : format;
    }
  }

  /** Whether a text that is no array has an object at the beginning of a further line. */
  private static boolean hasLinesOfObjects(byte[] body, int length) {
    if (body[0] == '[') {
      return false;
    }
    for (int i = 1; i < length; i++) {
      if (body[i] == '{' && body[i - 1] == '\n') {
        return true;
      }
    }
    return false;
  }

  private static boolean isBlank(byte[] body, int from, int to) {
    for (int i = from; i < to; i++) {
      if (!JsonText.isWhiteSpace(body[i])) {
        return false;
      }
    }
    return true;
  }

  /**
   * Overwrites the text around the events in a wrapper with spaces, so that the positions of the
   * events stay the same. Changes nothing unless the whole body is one JSON object that has the
   * events once.
   */
  private boolean unwrap(byte[] body, int length) {
    int[] range = {-1, -1};
    try (EventText text = EventText.openLimited(parsers, body, 0, length, 1)) {
      if (text.parser().nextToken() != JsonToken.START_OBJECT
          || !find(text, 0, range)
          || text.parser().nextToken() != null
          || range[0] < 0) {
        return false;
      }
    } catch (JacksonException e) {
      return false;
    }
    blank(body, 0, range[0]);
    blank(body, range[1], length);
    return true;
  }

  /**
   * Reads an object to its end and looks for the events in it.
   *
   * @param depth number of names of the pointer that lead to the object
   * @return false if the events, or a way to them, occur twice
   */
  private boolean find(EventText text, int depth, int[] range) {
    JsonParser parser = text.parser();
    boolean isFound = false;
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      boolean isOnPath = parser.currentName().equals(rules.eventsAt().get(depth));
      JsonToken value = parser.nextToken();
      if (!isOnPath) {
        parser.skipChildren();
        continue;
      }
      if (isFound) {
        return false;
      }
      isFound = true;
      boolean isLast = depth + 1 == rules.eventsAt().size();
      if (!isLast && value == JsonToken.START_OBJECT) {
        if (!find(text, depth + 1, range)) {
          return false;
        }
      } else if (isLast && (value == JsonToken.START_ARRAY || value == JsonToken.START_OBJECT)) {
        range[0] = text.offset(parser.currentTokenLocation());
        parser.skipChildren();
        range[1] = text.offset(parser.currentLocation());
      } else {
        parser.skipChildren();
      }
    }
    return true;
  }

  private static void blank(byte[] body, int from, int to) {
    for (int i = from; i < to; i++) {
      if (body[i] != '\n') {
        body[i] = ' ';
      }
    }
  }

  private EncodeResult infer(
      byte[] body, EncodeResult event, List<String> ofBody, LongConsumer memory) {
    return switch (event) {
      case EncodeResult.Encoded encoded -> {
        if (!rules.nestsDottedNames()) {
          yield withNotes(encoded, ofBody);
        }
        SplicedEvent spliced = (SplicedEvent) encoded.event();
        Optional<EncodeResult> rewritten =
            rewrite(body, spliced.start(), spliced.end(), ofBody, memory);
        yield rewritten
            .filter(EncodeResult.Encoded.class::isInstance)
            .orElseGet(() -> withNotes(encoded, ofBody));
      }
      case EncodeResult.Rejected rejected -> {
        RejectedText text = rejected.text();
        if (text.isOverwritten()
            || text.isCut()
            // The parser would read some of it as another text.
            || Utf8.firstInvalid(body, text.start(), text.end()) >= 0) {
          yield rejected;
        }
        yield rewrite(body, text.start(), text.end(), ofBody, memory)
            .map(
                result ->
                    result instanceof EncodeResult.Rejected again
                        ? like(rejected, again, memory)
                        : result)
            .orElse(rejected);
      }
    };
  }

  /** Counts the largest tree so far, because one event is rewritten at a time. */
  private void countTree(int eventBytes, LongConsumer memory) {
    long bytes = TREE_FACTOR * eventBytes;
    if (bytes > bytesOfTree) {
      memory.accept(bytes - bytesOfTree);
      bytesOfTree = bytes;
    }
  }

  /** The event after the strict reader has read its rewritten text; empty if nothing changed. */
  private Optional<EncodeResult> rewrite(
      byte[] body, int from, int to, List<String> ofBody, LongConsumer memory) {
    countTree(to - from, memory);
    Optional<LenientEvent> read = LenientEvent.read(parsers, body, from, to, rules, checks);
    if (read.isEmpty() || !(read.get().isChanged() || read.get().lacksRequestId())) {
      return Optional.empty();
    }
    LenientEvent event = read.get();
    EncodeResult result = strictly(event.json());
    if (event.lacksRequestId()
        && result instanceof EncodeResult.Rejected rejected
        && !rejected.text().isCut()) {
      // Like a derived eventId, so that it depends neither on a secret nor on a derived eventId.
      event.generateRequestId(
          "gen-" + rejected.text().hash().toString().substring(0, GENERATED_DIGITS));
      result = strictly(event.json());
    }
    if (result instanceof EncodeResult.Encoded encoded) {
      SplicedEvent spliced = (SplicedEvent) encoded.event();
      memory.accept(spliced.end() - spliced.start() + event.inferences().memory());
      return Optional.of(withNotes(encoded, event.inferences().textsAfter(ofBody)));
    }
    return Optional.of(result);
  }

  private EncodeResult strictly(byte[] json) {
    // The memory of a rewritten event is counted when the event is kept.
    BodyResult result = strict.read(json, json.length, BodyFormat.JSON, bytes -> {});
    if (result instanceof BodyResult.Events events) {
      return events.results().getFirst();
    }
    throw new IllegalStateException("The rewritten event does not read back");
  }

  private static EncodeResult withNotes(EncodeResult.Encoded encoded, List<String> notes) {
    return notes.isEmpty()
        ? encoded
        : new EncodeResult.Encoded(
            ((SplicedEvent) encoded.event()).inferring(notes), encoded.redactedValues());
  }

  /** The problems that are left after the inferences, without positions in the rewritten text. */
  private EncodeResult like(
      EncodeResult.Rejected sent, EncodeResult.Rejected rewritten, LongConsumer memory) {
    // Nested, a field may have a name that is redacted.
    boolean isKept = rules.nestsDottedNames() && rewritten.text().isRedacted();
    if (isKept) {
      memory.accept(rewritten.text().length());
    }
    return new EncodeResult.Rejected(
        sent.line(),
        rewritten.problems().stream().map(EventProblem::withoutPosition).toList(),
        isKept ? rewritten.text() : sent.text());
  }
}
