package io.wideevents.codec;

import io.wideevents.event.EventProblem;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

/** The result of reading a record's value. */
sealed interface RecordReading {
  /** The objects of a reading that the next reading of the same thread uses again. */
  record Scratch(EventPass.Scratch pass, PlainTokens tokens, DocumentBuffer document) {}

  // New ones for each record are a third of its garbage.
  ThreadLocal<Scratch> SCRATCH =
      ThreadLocal.withInitial(
          () -> new Scratch(new EventPass.Scratch(), new PlainTokens(), new DocumentBuffer()));

  /**
   * The value is one JSON object, with or without problems.
   *
   * @param document contains the event's fields if there are no problems; not complete yet. Valid
   *     until the thread reads another value
   * @param isUnwrapped whether the event was in an envelope
   */
  record Walked(EventPass pass, DocumentBuffer document, boolean isUnwrapped)
      implements RecordReading {

    /** Whether the gateway has accepted this record, by whatever rules it was read here. */
    boolean isAccepted() {
      return pass.ingest() != null && pass.known().eventId() != null;
    }

    /** The problems of the event, with positions in the record's own text or without. */
    List<EventProblem> problems() {
      List<EventProblem> problems = pass.problems().all();
      return isUnwrapped ? problems.stream().map(EventProblem::withoutPosition).toList() : problems;
    }
  }

  /** The value is not JSON, or not one object. */
  record Unreadable(EventProblem problem) implements RecordReading {}

  /** Reads a value that is valid UTF-8. */
  static RecordReading of(byte[] value, EventRules rules) {
    return of(value, rules, null);
  }

  /** Reads the event in an envelope. */
  static RecordReading of(Envelope envelope, EventRules rules) {
    return of(envelope.flat(), rules, envelope);
  }

  private static RecordReading of(byte[] value, EventRules rules, @Nullable Envelope envelope) {
    Walked plain = plain(value, rules, envelope);
    if (plain != null) {
      return plain;
    }
    try (EventText text = EventText.open(value, 0, value.length, 1)) {
      return of(text, rules, envelope);
    }
  }

  /** Reads an ordinary value without a problem; null if the value is of another kind. */
  private static @Nullable Walked plain(
      byte[] value, EventRules rules, @Nullable Envelope envelope) {
    PlainTokens tokens = SCRATCH.get().tokens();
    tokens.open(value, 0, value.length, Integer.MAX_VALUE);
    try {
      return tokens.next() == JsonToken.START_OBJECT ? walk(tokens, rules, envelope) : null;
    } catch (PlainTokens.NotPlainException e) {
      return null;
    } finally {
      tokens.close();
    }
  }

  private static RecordReading of(EventText text, EventRules rules, @Nullable Envelope envelope) {
    try {
      JsonToken first = text.parser().nextToken();
      if (first == null) {
        return new Unreadable(
            JsonFailure.malformed("The value is blank", "Send one JSON object a record", null));
      }
      if (first != JsonToken.START_OBJECT) {
        return new Unreadable(JsonFailure.notAnObject(text));
      }
      Walked walked = walk(new ParserTokens(text), rules, envelope);
      return walked == null ? new Unreadable(JsonFailure.trailing(text)) : walked;
    } catch (JacksonException e) {
      return new Unreadable(JsonFailure.of(e, text));
    }
  }

  /**
   * Reads the event at whose opening brace the tokens are.
   *
   * @return null if there is more text after it
   */
  private static @Nullable Walked walk(
      EventTokens tokens, EventRules rules, @Nullable Envelope envelope) {
    Scratch scratch = SCRATCH.get();
    DocumentBuffer document = scratch.document();
    boolean hasDocument = false;
    try {
      document.clear();
      EventPass pass = new EventPass(rules, tokens, scratch.pass(), document, envelope);
      pass.read();
      if (!tokens.isAtEnd()) {
        return null;
      }
      hasDocument = pass.problems().isEmpty();
      return new Walked(pass, document, envelope != null);
    } finally {
      // A large record must not take memory until the next one, also after an OutOfMemoryError.
      scratch.pass().names().clear();
      if (!hasDocument) {
        document.clear();
      }
    }
  }
}
