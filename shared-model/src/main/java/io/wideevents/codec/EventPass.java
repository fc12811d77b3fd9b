package io.wideevents.codec;

import io.wideevents.event.ContentHash;
import io.wideevents.event.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.bson.BsonWriter;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * The one walk over an event's tokens: it enforces the rules, notes what is to be changed in the
 * text, and writes the document as it goes when there is one to write. Recursion is bounded by
 * {@link EventRules#maxDepth}. Reads one event; not safe for concurrent use.
 */
final class EventPass {
  private static final String RESERVED = "Top-level names starting with _ are the pipeline's own";

  private final EventRules rules;
  private final EventText text;
  private final JsonParser parser;
  private final DuplicateNames names;
  private final NumberReader numbers;
  private final Problems problems;
  private final KnownFields known;
  private final Splice splice = new Splice();
  private final List<String> redacted = new ArrayList<>(0);

  private final @Nullable BsonWriter document;
  private @Nullable Ingest ingest;
  private @Nullable String givenSummary;
  private int fields;
  private int start;
  private int end;

  /**
   * @param text its parser stands at the event's opening brace
   * @param document stands inside the event's document; null to check only
   */
  EventPass(EventRules rules, EventText text, Scratch scratch, @Nullable BsonWriter document) {
    this.rules = rules;
    this.text = text;
    this.parser = text.parser();
    this.names = scratch.names();
    this.numbers = scratch.numbers();
    this.document = document;
    this.problems =
        new Problems(parser, text.firstLine(), parser.streamReadContext().getNestingDepth());
    this.known = new KnownFields(rules, parser, problems, numbers);
  }

  /** What a pass needs while it lasts, made once for all the events of a body. */
  record Scratch(DuplicateNames names, NumberReader numbers) {
    Scratch() {
      this(new DuplicateNames(), new NumberReader());
    }
  }

  /** Reads the event up to its closing brace. */
  void read() {
    names.clear();
    start = text.offset(parser.currentTokenLocation());
    object(Scope.EVENT, 1);
    end = text.offset(parser.currentLocation());
    known.checkMissing();
    if (rules.origin() == Origin.OTHER_PRODUCER && ingest != null && known.eventId() == null) {
      problems.addNowhere(ProblemCode.RESERVED_NAME, "_ingest", RESERVED, fixOfReserved("_ingest"));
    }
    if (end - start > rules.maxEventBytes()) {
      problems.addNowhere(
          ProblemCode.EVENT_TOO_LARGE,
          "",
          "The event has %d bytes, at most %d are allowed"
              .formatted(end - start, rules.maxEventBytes()),
          "Leave out large values, or split the event; the limit is the setting EVENT_MAX_BYTES");
    }
  }

  Problems problems() {
    return problems;
  }

  KnownFields known() {
    return known;
  }

  Splice splice() {
    return splice;
  }

  /** Paths of the values that were replaced. */
  List<String> redacted() {
    return redacted;
  }

  /** The {@code _ingest} of a gateway's record; null when there is none, or none of ours. */
  @Nullable Ingest ingest() {
    return ingest;
  }

  Ingest requireIngest() {
    return Objects.requireNonNull(ingest, "not a record of the gateway");
  }

  /** The {@code _summary} to store: the one a gateway's record brings, else computed. */
  String summary() {
    return givenSummary == null ? known.summary().line() : givenSummary;
  }

  int start() {
    return start;
  }

  int end() {
    return end;
  }

  ContentHash hash() {
    return ContentHash.of(text.bytes(), start, end - start);
  }

  private void object(Scope scope, int depth) {
    if (isTooDeep(depth)) {
      return;
    }
    BsonWriter writer = document();
    if (writer != null && depth > 1) {
      writer.writeStartDocument();
    }
    int object = names.openObject();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      field(scope, object, depth);
    }
    writer = document();
    if (writer != null && depth > 1) {
      writer.writeEndDocument();
    }
  }

  private void array(int depth) {
    if (isTooDeep(depth)) {
      return;
    }
    BsonWriter writer = document();
    if (writer != null) {
      writer.writeStartArray();
    }
    for (JsonToken item = parser.nextToken();
        item != JsonToken.END_ARRAY;
        item = parser.nextToken()) {
      value(item, Scope.OPEN, depth);
    }
    writer = document();
    if (writer != null) {
      writer.writeEndArray();
    }
  }

  private boolean isTooDeep(int depth) {
    if (depth <= rules.maxDepth()) {
      return false;
    }
    problem(
        ProblemCode.TOO_DEEP,
        "Objects and arrays nest deeper than " + rules.maxDepth(),
        "Flatten the event; deep values can be sent as text");
    parser.skipChildren();
    return true;
  }

  private void field(Scope scope, int object, int depth) {
    String name = parser.currentName();
    NameRules.Verdict verdict = rules.names().judge(name);
    checkName(name, object, verdict.problem());
    KnownField field = scope.find(name);
    if (field == KnownField.SUMMARY || field == KnownField.EVENT_ID) {
      ourOwnField(field);
      return;
    }
    if (field == KnownField.RESERVED || field == KnownField.INGEST) {
      reservedField(field, name);
      return;
    }
    JsonToken token = parser.nextToken();
    if (verdict.redacted() && (field == null || field.redactable())) {
      redact(name, field);
    } else if (field == null) {
      writeName(name);
      value(token, Scope.OPEN, depth);
    } else {
      knownField(field, name, token, depth);
    }
  }

  private void knownField(KnownField field, String name, JsonToken token, int depth) {
    switch (field) {
      case TIMESTAMP -> {
        known.check(field);
        parser.skipChildren();
        BsonWriter writer = document();
        if (writer != null) {
          writer.writeDateTime(name, known.timestampMillis());
        }
      }
      default -> {
        known.check(field);
        writeName(name);
        value(token, field.scope(), depth);
      }
    }
  }

  /** Handles a field that the document and the outgoing text hold elsewhere. */
  private void ourOwnField(KnownField field) {
    int from = text.offset(parser.currentTokenLocation());
    JsonToken token = parser.nextToken();
    boolean cut;
    if (field == KnownField.EVENT_ID) {
      known.check(field);
      cut = token == JsonToken.VALUE_NULL;
    } else {
      cut = true;
      if (rules.origin() == Origin.GATEWAY && token == JsonToken.VALUE_STRING) {
        givenSummary = parser.getString();
      }
    }
    int to = skipValue();
    if (cut && rules.origin() == Origin.CLIENT) {
      splice.cutField(text.bytes(), from, to, text.end());
    }
  }

  private void reservedField(KnownField field, String name) {
    boolean mayBeOurs = field == KnownField.INGEST && rules.origin() != Origin.CLIENT;
    if (!mayBeOurs) {
      reserved(name);
    }
    parser.nextToken();
    if (mayBeOurs) {
      ingest = IngestReader.read(parser);
      if (ingest == null) {
        reserved(name);
      }
    } else {
      parser.skipChildren();
    }
  }

  private void redact(String name, @Nullable KnownField field) {
    if (field != null) {
      known.redacted(field);
    }
    if (redacted.size() < Ingest.MAX_REDACTED_PATHS) {
      redacted.add(problems.path());
    }
    int from = text.offset(parser.currentTokenLocation());
    int to = skipValue();
    if (rules.origin() == Origin.CLIENT) {
      splice.redact(from, to);
    }
    writeName(name);
    BsonWriter writer = document();
    if (writer != null) {
      writer.writeString(Splice.REDACTED);
    }
  }

  /** Passes over the value the parser stands at and returns where it ends. */
  private int skipValue() {
    parser.skipChildren();
    parser.finishToken();
    return text.offset(parser.currentLocation());
  }

  private void value(JsonToken token, Scope scope, int depth) {
    BsonWriter writer = document();
    switch (token) {
      case START_OBJECT -> object(scope, depth + 1);
      case START_ARRAY -> array(depth + 1);
      case VALUE_STRING -> string();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number();
      case VALUE_TRUE, VALUE_FALSE -> {
        if (writer != null) {
          writer.writeBoolean(token == JsonToken.VALUE_TRUE);
        }
      }
      case VALUE_NULL -> {
        if (writer != null) {
          writer.writeNull();
        }
      }
      case NOT_AVAILABLE, END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT ->
          throw new AssertionError(token + " starts no JSON value");
    }
  }

  private void string() {
    // In names the parser itself refuses them.
    if (text.mayEscapeSurrogates() && Utf8.hasUnpairedSurrogate(parser.getString())) {
      problem(
          ProblemCode.UNPAIRED_SURROGATE,
          "The text has half of a surrogate pair, which is no character",
          "Do not cut text between the two halves of a pair");
    }
    BsonWriter writer = document();
    // While only checking, the text is never decoded.
    if (writer != null) {
      writer.writeString(parser.getString());
    }
  }

  private void number() {
    if (numbers.read(parser) == NumberReader.Type.OUT_OF_RANGE) {
      problem(
          ProblemCode.NUMBER_OUT_OF_RANGE,
          "The number has more than 34 significant digits, or an exponent past ±6144",
          "Send it as a string, or with fewer digits");
      return;
    }
    BsonWriter writer = document();
    if (writer != null) {
      numbers.writeTo(writer);
    }
  }

  private void writeName(String name) {
    BsonWriter writer = document();
    if (writer != null) {
      writer.writeName(name);
    }
  }

  /** Null while only checking, and from the first problem on: nobody will want that document. */
  private @Nullable BsonWriter document() {
    return problems.isEmpty() ? document : null;
  }

  private void checkName(String name, int object, @Nullable ProblemCode problem) {
    fields++;
    if (fields > rules.maxFields()) {
      if (fields == rules.maxFields() + 1) {
        problem(
            ProblemCode.TOO_MANY_FIELDS,
            "The event has more than " + rules.maxFields() + " fields, counted at any depth",
            "Send lists as arrays, whose items do not count, or split the event");
      }
      return;
    }
    if (!names.add(object, name)) {
      problem(
          ProblemCode.DUPLICATE_KEY,
          "The name stands twice in its object",
          "Keep one of the two; names are compared with their escapes resolved");
    }
    if (problem != null) {
      badName(problem);
    }
  }

  private void badName(ProblemCode problem) {
    switch (problem) {
      case NAME_HAS_NUL ->
          problem(problem, "The name has a NUL character", "Leave the NUL character out");
      case NAME_TOO_LONG ->
          problem(
              problem,
              "The name is longer than " + rules.names().maxNameBytes() + " bytes",
              "Shorten the name; what varies belongs into the value");
      default -> throw new AssertionError(problem + " is no problem of a name");
    }
  }

  private void reserved(String name) {
    problem(ProblemCode.RESERVED_NAME, RESERVED, fixOfReserved(name));
  }

  private static String fixOfReserved(String name) {
    return switch (name) {
      case "_id" -> "Send eventId to choose the event's id";
      case "_ingest" -> "Leave it out: the pipeline writes it";
      default -> "Use a name without the leading _, or put the field into _metadata";
    };
  }

  private void problem(ProblemCode code, String message, String fix) {
    problems.addHere(code, message, fix);
  }
}
