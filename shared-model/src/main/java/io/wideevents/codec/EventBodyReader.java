package io.wideevents.codec;

import io.wideevents.event.EventProblem;
import io.wideevents.event.EventProblem.Position;
import io.wideevents.event.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.StreamConstraintsException;

/** Reads the events of one posted body. Not safe for concurrent use. */
final class EventBodyReader {
  /**
   * A document is at most 6.5 times as long as its JSON (an array of one-digit integers), so only
   * events longer than this can exceed MongoDB's limit.
   */
  private static final int SURELY_FITTING_BYTES = DocumentBuffer.MAX_BYTES / 7;

  /**
   * The number of problems reported for a body, in addition to one per event. If thousands of
   * events have the same twenty mistakes, the first event shows them, and a reply that repeated
   * them would be many times as large as the body.
   */
  private static final int MAX_REPORTED_PROBLEMS = 200;

  /** After the first event, memory is reserved for so many events at once. */
  private static final int EVENTS_PER_RESERVATION = 64;

  private final BodyParsers parsers;
  private final byte[] body;
  private final int length;
  private final EventRules rules;
  private final int maxEvents;
  private final long receivedAtMillis;
  private final LongConsumer memory;
  private final EventPass.Scratch scratch = new EventPass.Scratch();
  private final PlainTokens plain = new PlainTokens();
  private final List<EncodeResult> results = new ArrayList<>();
  private UnreadableParts unreadable = UnreadableParts.none();
  private int problemsLeft = MAX_REPORTED_PROBLEMS;
  private int reservedEvents;
  private long bytesSearched;

  EventBodyReader(
      BodyParsers parsers,
      byte[] body,
      int length,
      EventRules rules,
      int maxEvents,
      long receivedAtMillis,
      LongConsumer memory) {
    this.parsers = parsers;
    this.body = body;
    this.length = length;
    this.rules = rules;
    this.maxEvents = maxEvents;
    this.receivedAtMillis = receivedAtMillis;
    this.memory = memory;
  }

  BodyResult readJson() {
    EventProblem encoding = JsonFailure.ofEncoding(body, 0, length, 1);
    if (encoding != null) {
      return new BodyResult.Malformed(encoding);
    }
    BodyResult accepted = plainJson();
    if (accepted != null) {
      return accepted;
    }
    results.clear();
    BodyResult result = objectOrArray();
    if (result instanceof BodyResult.Malformed) {
      unreadable = UnreadableParts.overwriteIn(body, 0, length, 1, maxEvents, parsers);
      if (!unreadable.isEmpty()) {
        results.clear();
        problemsLeft = MAX_REPORTED_PROBLEMS;
        return objectOrArray();
      }
    }
    return result;
  }

  /** Reads a body of ordinary events without a problem; null if the body is of another kind. */
  private @Nullable BodyResult plainJson() {
    plain.open(body, 0, length, parsers.maxTextBytes());
    try {
      JsonToken first = plain.next();
      if (first == JsonToken.START_OBJECT) {
        reserveForNext();
        results.add(event(plain, 0));
      } else if (first != JsonToken.START_ARRAY || !readPlainItems()) {
        return null;
      }
      return plain.isAtEnd()
          ? new BodyResult.Events(results, first == JsonToken.START_ARRAY)
          : null;
    } catch (PlainTokens.NotPlainException e) {
      return null;
    }
  }

  private boolean readPlainItems() {
    while (plain.next() == JsonToken.START_OBJECT && results.size() < maxEvents) {
      reserveForNext();
      results.add(event(plain, 0));
    }
    return plain.current() == JsonToken.END_ARRAY && !results.isEmpty();
  }

  private BodyResult objectOrArray() {
    try (EventText text = EventText.openLimited(parsers, body, 0, length, 1)) {
      return objectOrArray(text);
    }
  }

  BodyResult readNdjson() {
    long line = 0;
    int lineStart = 0;
    while (lineStart < length) {
      line++;
      int lineEnd = endOfLine(lineStart);
      if (!isBlank(lineStart, lineEnd)) {
        if (results.size() == maxEvents) {
          return tooManyEvents(new Position(line, 1));
        }
        reserveForNext();
        results.add(line(lineStart, lineEnd, line));
      }
      lineStart = lineEnd + 1;
    }
    if (results.isEmpty()) {
      return length == 0
          ? noEvents(ProblemCode.EMPTY_BODY, "The body is empty")
          : noEvents(ProblemCode.NO_EVENTS, "The body has no line but blank ones");
    }
    return new BodyResult.Events(results, true);
  }

  private BodyResult objectOrArray(EventText text) {
    try {
      JsonToken first = text.parser().nextToken();
      if (first == null) {
        return noEvents(ProblemCode.EMPTY_BODY, "The body is empty");
      }
      return switch (first) {
        case START_OBJECT -> single(text);
        case START_ARRAY -> array(text);
        default -> new BodyResult.Malformed(JsonFailure.notAnObject(text));
      };
    } catch (JacksonException e) {
      return new BodyResult.Malformed(JsonFailure.of(e, text));
    }
  }

  private BodyResult single(EventText text) {
    reserveForNext();
    EncodeResult result;
    try {
      result = event(new ParserTokens(text), 0);
    } catch (StreamConstraintsException e) {
      // Valid JSON so far, and an event that breaks a rule. The rest of the body cannot make the
      // event valid.
      RejectedText overwritten = RejectedText.overwritten(0, length);
      return new BodyResult.Events(
          List.of(rejected(0, overLimit(e, text, 0, 1), overwritten)), false);
    }
    return text.parser().nextToken() == null
        ? new BodyResult.Events(List.of(result), false)
        : new BodyResult.Malformed(JsonFailure.trailing(text));
  }

  private BodyResult array(EventText text) {
    JsonParser parser = text.parser();
    ParserTokens tokens = new ParserTokens(text);
    for (JsonToken item = parser.nextToken();
        item != JsonToken.END_ARRAY;
        item = parser.nextToken()) {
      if (results.size() == maxEvents) {
        return tooManyEvents(JsonFailure.position(text));
      }
      reserveForNext();
      if (item == JsonToken.START_OBJECT) {
        results.add(event(tokens, 0));
      } else {
        EventProblem problem = JsonFailure.notAnObject(text);
        EventPass other = new EventPass(rules, tokens, scratch, null);
        int from = text.offset(parser.currentTokenLocation());
        other.readOther();
        parser.finishToken();
        results.add(rejected(0, problem, sent(from, text.offset(parser.currentLocation()), other)));
      }
    }
    if (parser.nextToken() != null) {
      return new BodyResult.Malformed(JsonFailure.trailing(text));
    }
    return results.isEmpty()
        ? noEvents(ProblemCode.NO_EVENTS, "The array is empty")
        : new BodyResult.Events(results, true);
  }

  /**
   * Reserves the memory of the next event, unless it is reserved because the body is read again.
   */
  private void reserveForNext() {
    if (results.size() == reservedEvents) {
      int events = reservedEvents == 0 ? 1 : EVENTS_PER_RESERVATION;
      memory.accept(events * EventEncoder.BYTES_PER_EVENT);
      reservedEvents += events;
    }
  }

  private EncodeResult line(int from, int to, long line) {
    EventProblem encoding = JsonFailure.ofEncoding(body, from, to, line);
    if (encoding != null) {
      return rejected(line, encoding, sent(from, to));
    }
    EncodeResult accepted = plainLine(from, to, line);
    if (accepted != null) {
      return accepted;
    }
    try (EventText text = EventText.openLimited(parsers, body, from, to, line)) {
      return line(text, from, line);
    }
  }

  /** Reads a line of one ordinary event without a problem; null if the line is of another kind. */
  private @Nullable EncodeResult plainLine(int from, int to, long line) {
    plain.open(body, from, to, parsers.maxTextBytes());
    try {
      if (plain.next() == JsonToken.START_OBJECT) {
        EncodeResult result = event(plain, line);
        return plain.isAtEnd() ? result : null;
      }
      return null;
    } catch (PlainTokens.NotPlainException e) {
      return null;
    }
  }

  private EncodeResult line(EventText text, int from, long line) {
    try {
      if (text.parser().nextToken() != JsonToken.START_OBJECT) {
        return notAnObject(text, from, line);
      }
      EncodeResult result = event(new ParserTokens(text), line);
      JsonToken more = text.parser().nextToken();
      if (more == null) {
        return result;
      }
      boolean joined = more == JsonToken.START_OBJECT && isOnlyLine(text.end(), line);
      EventProblem problem = joined ? JsonFailure.joinedLines(text) : JsonFailure.trailing(text);
      return rejected(line, problem, sent(from, text.end()));
    } catch (StreamConstraintsException e) {
      EventProblem problem = overLimit(e, text, from, line);
      return rejected(line, problem, RejectedText.overwritten(from, text.end()));
    } catch (JacksonException e) {
      return rejected(line, JsonFailure.of(e, text), sent(from, text.end()));
    }
  }

  /**
   * The problem of an event that exceeded a limit of the parser. The text of that event is
   * overwritten.
   */
  private EventProblem overLimit(
      StreamConstraintsException e, EventText text, int from, long line) {
    EventProblem failure = JsonFailure.of(e, text);
    EventProblem part =
        UnreadableParts.overwriteIn(body, from, text.end(), line, 1, parsers).of(from, text.end());
    return part == null ? failure : part;
  }

  private EncodeResult event(EventTokens tokens, long line) {
    EventPass pass = new EventPass(rules, tokens, scratch, null);
    pass.read();
    EventProblem overwritten = unreadable.of(pass.start(), pass.end());
    if (overwritten != null) {
      return rejected(line, overwritten, RejectedText.overwritten(pass.start(), pass.end()));
    }
    EventProblems problems = pass.problems();
    if (!problems.isEmpty()) {
      return new EncodeResult.Rejected(line, reported(problems.all()), sent(pass));
    }
    SplicedEvent event = new SplicedEvent(body, pass, receivedAtMillis);
    if (pass.end() - pass.start() > SURELY_FITTING_BYTES && !event.fitsDocument()) {
      problems.addNowhere(
          ProblemCode.DOCUMENT_TOO_LARGE,
          "",
          "The event's document would be over MongoDB's limit of 16 MiB",
          "Split the event; long arrays of numbers grow most");
      return new EncodeResult.Rejected(line, problems.all(), sent(pass));
    }
    return new EncodeResult.Encoded(event, pass.redacted().values());
  }

  /** All problems of the first events that have any, and one of each further event. */
  private List<EventProblem> reported(List<EventProblem> problems) {
    if (problems.size() > 1 && problems.size() > problemsLeft) {
      return List.of(problems.getFirst());
    }
    problemsLeft -= problems.size();
    return problems;
  }

  private BodyResult tooManyEvents(@Nullable Position position) {
    return new BodyResult.TooManyEvents(
        new EventProblem(
            ProblemCode.TOO_MANY_EVENTS.code(),
            "",
            "The body has more than " + maxEvents + " events",
            "Send fewer events in one body",
            position));
  }

  private static EncodeResult rejected(long line, EventProblem problem, RejectedText text) {
    return new EncodeResult.Rejected(line, List.of(problem), text);
  }

  private EncodeResult notAnObject(EventText text, int from, long line) {
    EventProblem problem = JsonFailure.notAnObject(text);
    EventPass other = new EventPass(rules, new ParserTokens(text), scratch, null);
    try {
      other.readOther();
    } catch (JacksonException e) {
      // The rest of the line is not JSON, and is kept as it was sent.
    }
    return rejected(line, problem, sent(from, text.end(), other));
  }

  private RejectedText sent(EventPass pass) {
    return sent(pass.start(), pass.end(), pass);
  }

  private RejectedText sent(int from, int to, EventPass pass) {
    return RejectedText.of(body, from, to, pass.splice(), rules.maxEventBytes());
  }

  /** The text of an event that could not be read as JSON. */
  private RejectedText sent(int from, int to) {
    return RejectedText.of(body, from, to, null, rules.maxEventBytes());
  }

  private static BodyResult noEvents(ProblemCode code, String message) {
    return new BodyResult.Malformed(
        new EventProblem(code.code(), "", message, "Send at least one event", null));
  }

  /**
   * Whether the line that ends at {@code to} is the whole body. Makes no search, because the time
   * for a search from each broken line would grow with the square of the body's size.
   */
  private boolean isOnlyLine(int to, long line) {
    return to == length && line == 1;
  }

  private int endOfLine(int from) {
    int end = Utf8.lineFeed(body, from, length);
    bytesSearched += end - from;
    return end;
  }

  /** The number of bytes read to find the ends of lines. */
  long bytesSearched() {
    return bytesSearched;
  }

  private boolean isBlank(int from, int to) {
    for (int i = from; i < to; i++) {
      if (!JsonText.isWhiteSpace(body[i])) {
        return false;
      }
    }
    return true;
  }
}
