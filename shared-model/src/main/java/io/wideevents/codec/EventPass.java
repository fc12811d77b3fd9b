package io.wideevents.codec;

import io.wideevents.event.EventId;
import io.wideevents.event.EventProblem.Position;
import io.wideevents.event.ProblemCode;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * The single pass over an event's tokens. It checks the rules, records the changes to the text, and
 * writes the document if there is one to write. Recursion is limited by {@link
 * EventRules#maxDepth}. Reads one event; not safe for concurrent use.
 */
final class EventPass {
  private final EventRules rules;
  private final EventTokens tokens;
  private final NumberReader numbers;
  private final EventProblems problems;
  private final FieldNames names;
  private final KnownFields known;
  private final DocumentFields document;
  private final EventIdentity identity;
  private final Splice splice = new Splice();
  private final RedactedPaths redacted = new RedactedPaths();

  private @Nullable Ingest ingest;
  private @Nullable String givenSummary;
  private @Nullable Position eventIdPosition;
  private int start;
  private int end;

  /**
   * @param tokens at the event's opening brace
   * @param document positioned inside the event's document; null to check only
   */
  EventPass(
      EventRules rules, EventTokens tokens, Scratch scratch, @Nullable DocumentBuffer document) {
    this(rules, tokens, scratch, document, null);
  }

  /**
   * @param envelope the envelope that contained the text; null if there was none
   */
  EventPass(
      EventRules rules,
      EventTokens tokens,
      Scratch scratch,
      @Nullable DocumentBuffer document,
      @Nullable Envelope envelope) {
    this.rules = rules;
    this.tokens = tokens;
    this.numbers = scratch.numbers();
    this.problems = new EventProblems(tokens);
    this.names = new FieldNames(rules, problems, scratch.names());
    this.known = new KnownFields(rules, tokens, problems, numbers);
    this.document = new DocumentFields(document, problems);
    this.identity = new EventIdentity(tokens.bytes(), envelope, splice, known);
  }

  /** Reusable objects of a pass, created once for all events of a body. */
  record Scratch(DuplicateNames names, NumberReader numbers) {
    Scratch() {
      this(new DuplicateNames(), new NumberReader());
    }
  }

  /** Reads a value that is no event, up to its end, only for what is redacted in it. */
  void readOther() {
    start = tokens.tokenStart();
    skipUnchecked();
  }

  /** Reads the event up to its closing brace. */
  void read() {
    start = tokens.tokenStart();
    fields(FieldScope.EVENT, 1);
    end = tokens.tokenEnd();
    known.checkMissing();
    if (rules.origin() == Origin.OTHER_PRODUCER && ingest != null && known.eventId() == null) {
      problems.addNowhere(
          ProblemCode.RESERVED_NAME,
          "_ingest",
          "The event has _ingest without eventId, so the gateway cannot have written it",
          "Leave it out: the pipeline writes it");
    }
    if (end - start > rules.maxEventBytes()) {
      problems.addFirst(
          ProblemCode.EVENT_TOO_LARGE,
          "The event has %d bytes, at most %d are allowed"
              .formatted(end - start, rules.maxEventBytes()),
          "Leave out large values, or split the event; the limit is the setting EVENT_MAX_BYTES");
    }
    // A record of the gateway contains its hash, which the gateway may have computed by other
    // rules.
    if (problems.isEmpty() && rules.origin() != Origin.GATEWAY) {
      identity.read(start, end, eventIdPosition, problems);
    }
  }

  EventProblems problems() {
    return problems;
  }

  KnownFields known() {
    return known;
  }

  Splice splice() {
    return splice;
  }

  RedactedPaths redacted() {
    return redacted;
  }

  EventIdentity identity() {
    return identity;
  }

  /**
   * The {@code _ingest} of a gateway's record; null if there is none, or if it is not the
   * gateway's.
   */
  @Nullable Ingest ingest() {
    return ingest;
  }

  Ingest requireIngest() {
    return Objects.requireNonNull(ingest, "not a record of the gateway");
  }

  /** The {@code _summary} to store: that of a gateway's record, else computed. */
  String summary() {
    return givenSummary == null ? known.summary().line() : givenSummary;
  }

  int start() {
    return start;
  }

  int end() {
    return end;
  }

  private void fields(FieldScope scope, int depth) {
    int object = names.openObject();
    while (tokens.next() != JsonToken.END_OBJECT) {
      FieldName name = tokens.name(rules.names());
      names.check(object, name);
      KnownField field = scope.find(name.text());
      if (field != null && field.isOurs()) {
        ownField(field, name.text());
      } else if (name.redacted() && (field == null || field.isRedactable())) {
        redact(name, field);
      } else {
        document.name(name);
        JsonToken token = tokens.next();
        if (field == null) {
          value(token, FieldScope.OPEN, depth);
        } else {
          known.check(field);
          knownValue(field, token, depth);
        }
      }
    }
  }

  private void knownValue(KnownField field, JsonToken token, int depth) {
    if (field == KnownField.TIMESTAMP) {
      skipIfNested();
      document.date(known.timestampMillis());
    } else if (token == JsonToken.VALUE_STRING && !field.isRedactable()) {
      keptString();
    } else {
      value(token, field.scope(), depth);
    }
  }

  private void value(JsonToken token, FieldScope scope, int depth) {
    switch (token) {
      case START_OBJECT -> object(scope, depth + 1);
      case START_ARRAY -> array(depth + 1);
      case VALUE_STRING -> string();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number();
      case VALUE_TRUE -> document.bool(true);
      case VALUE_FALSE -> document.bool(false);
      case VALUE_NULL -> document.nothing();
      case NOT_AVAILABLE, END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT ->
          throw new AssertionError(token + " starts no JSON value");
    }
  }

  private void object(FieldScope scope, int depth) {
    if (isTooDeep(depth)) {
      return;
    }
    document.startObject();
    fields(scope, depth);
    document.endObject();
  }

  private void array(int depth) {
    if (isTooDeep(depth)) {
      return;
    }
    document.startArray();
    for (JsonToken item = tokens.next(); item != JsonToken.END_ARRAY; item = tokens.next()) {
      value(item, FieldScope.OPEN, depth);
    }
    document.endArray();
  }

  private boolean isTooDeep(int depth) {
    if (depth <= rules.maxDepth()) {
      return false;
    }
    problems.addHere(
        ProblemCode.TOO_DEEP,
        "Objects and arrays nest deeper than " + rules.maxDepth(),
        "Flatten the event; deep values can be sent as text");
    skipUnchecked();
    return true;
  }

  private void string() {
    if (rules.redactedText().isNone()) {
      keptString();
      return;
    }
    String given = tokens.text();
    String left = rules.redactedText().redact(given);
    if (left.equals(given)) {
      keptString();
      return;
    }
    checkSurrogates();
    redacted.add(problems);
    int from = tokens.tokenStart();
    int to = skipValue();
    if (changesText(from)) {
      splice.replace(from, to, left);
    }
    document.text(left);
  }

  private void keptString() {
    checkSurrogates();
    document.text(tokens);
  }

  private void checkSurrogates() {
    // The parser itself rejects unpaired surrogates in names.
    if (tokens.mayEscapeSurrogates() && Utf8.hasUnpairedSurrogate(tokens.text())) {
      problems.addHere(
          ProblemCode.UNPAIRED_SURROGATE,
          "The text has half of a surrogate pair, which is no character",
          "Do not cut text between the two halves of a pair");
    }
  }

  private void number() {
    if (tokens.number(numbers) == NumberReader.Type.OUT_OF_RANGE) {
      problems.addHere(
          ProblemCode.NUMBER_OUT_OF_RANGE,
          "The number has more than 34 significant digits, or an exponent past ±6144",
          "Send it as a string, or with fewer digits");
    } else {
      document.number(numbers);
    }
  }

  /** Handles a field that is removed or moved; the current token is its name. */
  private void ownField(KnownField field, String name) {
    int from = tokens.tokenStart();
    switch (field) {
      case EVENT_ID -> {
        boolean isAbsent = tokens.next() == JsonToken.VALUE_NULL;
        eventIdPosition = problems.position();
        known.check(field);
        skipIfNested();
        int to = skipValue();
        EventId given = known.eventId();
        if (isAbsent) {
          cut(from, to);
        } else if (given != null && given.hasDerivedForm() && changesText(from)) {
          // The id must not change the hash from which it is derived. It is written where derived
          // ids are always written.
          splice.cutAddedField(tokens.bytes(), from, to, tokens.limit());
        }
      }
      case SUMMARY -> {
        if (tokens.next() == JsonToken.VALUE_STRING && rules.origin() == Origin.GATEWAY) {
          givenSummary = tokens.text();
        }
        cut(from, skipValue());
      }
      case INGEST -> {
        if (rules.origin() == Origin.CLIENT) {
          reserved(name);
          skipUnchecked();
        } else {
          tokens.next();
          ingest = IngestReader.read(tokens);
          if (ingest == null) {
            reserved(name);
          }
        }
      }
      case RESERVED -> {
        reserved(name);
        skipUnchecked();
      }
      default -> throw new AssertionError(field + " is kept where it came");
    }
  }

  private void cut(int from, int to) {
    if (changesText(from)) {
      splice.cutField(tokens.bytes(), from, to, tokens.limit());
    }
  }

  private void redact(FieldName name, @Nullable KnownField field) {
    if (field != null) {
      known.redacted(field);
    }
    redacted.add(problems);
    tokens.next();
    redactValue();
    document.name(name);
    document.text(Splice.REDACTED);
  }

  /**
   * Whether a change at {@code from} is recorded. An event that is already too large is rejected,
   * so its changes are not needed. For one event of 32 MiB they could take hundreds of megabytes.
   */
  private boolean changesText(int from) {
    return rules.origin() != Origin.GATEWAY && from - start <= rules.maxEventBytes();
  }

  /** Skips an object or array where a text or number is expected. */
  private void skipIfNested() {
    if (tokens.current().isStructStart()) {
      skipUnchecked();
    }
  }

  /**
   * Skips the value or the field of the current token, which makes the event invalid. Redacts in
   * it, because the event's dead letter has it. Not recursive, because it may nest too deep.
   */
  private void skipUnchecked() {
    int open = 0;
    for (JsonToken token = tokens.current(); ; token = tokens.next()) {
      boolean isName = token == JsonToken.PROPERTY_NAME;
      if (isName && tokens.name(rules.names()).redacted()) {
        tokens.next();
        redactValue();
        isName = false;
      } else if (token == JsonToken.VALUE_STRING) {
        redactParts();
      } else if (token.isStructStart()) {
        open++;
      } else if (token.isStructEnd()) {
        open--;
      }
      if (open == 0 && !isName) {
        return;
      }
    }
  }

  private void redactValue() {
    int from = tokens.tokenStart();
    int to = skipValue();
    if (changesText(from)) {
      splice.redact(from, to);
    }
  }

  private void redactParts() {
    if (rules.redactedText().isNone()) {
      return;
    }
    String given = tokens.text();
    String left = rules.redactedText().redact(given);
    int from = tokens.tokenStart();
    int to = skipValue();
    if (!left.equals(given) && changesText(from)) {
      splice.replace(from, to, left);
    }
  }

  /** Skips the value of the current token and returns where it ends. */
  private int skipValue() {
    tokens.skipChildren();
    return tokens.tokenEnd();
  }

  private void reserved(String name) {
    problems.addHere(
        ProblemCode.RESERVED_NAME,
        "Top-level names that start with _ are reserved",
        switch (name) {
          case "_id" -> "Send eventId to choose the event's id";
          case "_ingest" -> "Leave it out: the pipeline writes it";
          default -> "Use a name without the leading _, or put the field into _metadata";
        });
  }
}
