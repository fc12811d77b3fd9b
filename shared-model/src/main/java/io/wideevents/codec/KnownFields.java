package io.wideevents.codec;

import io.wideevents.event.EventId;
import io.wideevents.event.LatencyBucket;
import io.wideevents.event.Outcome;
import io.wideevents.event.ProblemCode;
import io.wideevents.event.Summary;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * Checks the types and ranges of one event's known fields, and keeps the values that identity,
 * summary and delivery need. Not safe for concurrent use.
 */
final class KnownFields {
  private static final int MAX_TEXT_BYTES = 256;

  /** In UTF-8, for each UTF-16 unit. A shorter text needs no count of its bytes. */
  private static final int MAX_BYTES_PER_CHAR = 3;

  private final EventRules rules;
  private final EventTokens tokens;
  private final EventProblems problems;
  private final NumberReader numbers;
  private final TimestampField timestamp;
  private final Set<KnownField> seen = EnumSet.noneOf(KnownField.class);

  private String requestId = "";
  private String service = "";
  private String route = "";
  private @Nullable EventId eventId;
  private boolean errorPresent;
  private boolean samplingPresent;
  private @Nullable String errorCode;
  private @Nullable String errorMessage;
  private @Nullable String userRole;
  private double durationMillis = Double.NaN;

  KnownFields(EventRules rules, EventTokens tokens, EventProblems problems, NumberReader numbers) {
    this.rules = rules;
    this.tokens = tokens;
    this.problems = problems;
    this.numbers = numbers;
    this.timestamp = new TimestampField(rules, tokens, problems, numbers);
  }

  String requestId() {
    return requestId;
  }

  long timestampMillis() {
    return timestamp.millis();
  }

  /** The timestamp's text if it contains more than its milliseconds in UTC; else null. */
  @Nullable String timestampText() {
    return timestamp.text();
  }

  /** The id in the event; null if it has none. */
  @Nullable EventId eventId() {
    return eventId;
  }

  EventId requireEventId() {
    return Objects.requireNonNull(eventId, "the event brings no id");
  }

  Outcome outcome() {
    return Outcome.of(errorPresent, durationMillis);
  }

  Summary summary() {
    return new Summary(
        outcome(),
        service,
        route,
        errorCode,
        errorMessage,
        userRole,
        LatencyBucket.of(durationMillis));
  }

  boolean hasSeen(KnownField field) {
    return seen.contains(field);
  }

  /** Checks the value that begins at the current token, without leaving that token. */
  void check(KnownField field) {
    seen.add(field);
    JsonToken token = tokens.current();
    if (token == JsonToken.VALUE_NULL && !field.isRequired()) {
      return;
    }
    errorPresent |= field == KnownField.ERROR;
    if (!field.type().accepts(token) && !isWholeDecimal(field)) {
      wrongType(field);
      return;
    }
    switch (field) {
      case REQUEST_ID -> requestId = requiredText();
      case SERVICE -> service = requiredText();
      case ROUTE -> route = requiredText();
      case TIMESTAMP -> timestamp.read();
      case EVENT_ID -> eventId = identity();
      case SAMPLING -> samplingPresent = true;
      case USER_ROLE -> userRole = summarised();
      case ERROR_CODE -> errorCode = summarised();
      case ERROR_MESSAGE -> errorMessage = summarised();
      case DURATION -> durationMillis = duration();
      case SAMPLING_RATE -> checkRate();
      case USER, USER_ID, ERROR, PERFORMANCE, METADATA, SAMPLING_RULE -> {}
      case SUMMARY, INGEST, RESERVED -> throw new AssertionError(field + " is not checked");
    }
  }

  /**
   * Records that a field's value was replaced. What is derived from the field is derived from the
   * replacement.
   */
  void redacted(KnownField field) {
    seen.add(field);
    switch (field) {
      case ERROR -> errorPresent = true;
      case ERROR_CODE -> errorCode = Splice.REDACTED;
      case ERROR_MESSAGE -> errorMessage = Splice.REDACTED;
      case USER_ROLE -> userRole = Splice.REDACTED;
      default -> {}
    }
  }

  void checkMissing() {
    requireSeen(KnownField.REQUEST_ID, "requestId", "a string that names the request");
    requireSeen(KnownField.SERVICE, "service", "a string that names the service");
    requireSeen(KnownField.ROUTE, "route", "a string such as \"POST /api/checkout\"");
    requireSeen(KnownField.TIMESTAMP, "timestamp", "RFC 3339 text or epoch milliseconds");
    if (samplingPresent) {
      requireSeen(KnownField.SAMPLING_RATE, "_sampling.rate", "a whole number from 1");
    }
  }

  private void requireSeen(KnownField field, String path, String what) {
    if (!hasSeen(field)) {
      problems.addNowhere(
          ProblemCode.MISSING_FIELD, path, path + " is missing", "Add " + path + ": " + what);
    }
  }

  private String requiredText() {
    String text = tokens.text();
    if (text.isBlank()) {
      problems.addHere(
          ProblemCode.BLANK,
          problems.path() + " is blank",
          "Send a text of 1 to " + MAX_TEXT_BYTES + " bytes");
    } else if (text.length() > MAX_TEXT_BYTES / MAX_BYTES_PER_CHAR
        && Utf8.lengthOf(text) > MAX_TEXT_BYTES) {
      problems.addHere(
          ProblemCode.TOO_LONG,
          "%s has %d bytes, at most %d are allowed"
              .formatted(problems.path(), Utf8.lengthOf(text), MAX_TEXT_BYTES),
          "Shorten it, and send the long form as a field of your own");
    }
    return text;
  }

  /** Whether the value is a whole number written as a decimal, such as {@code 4711.0}. */
  private boolean isWholeDecimal(KnownField field) {
    return tokens.current() == JsonToken.VALUE_NUMBER_FLOAT
        && field.type().accepts(JsonToken.VALUE_NUMBER_INT)
        && tokens.number(numbers) != NumberReader.Type.OUT_OF_RANGE
        && numbers.isWhole();
  }

  /** The text as it is stored. The summary must not contain what was redacted in the value. */
  private String summarised() {
    return rules.redactedText().redact(tokens.text());
  }

  private @Nullable EventId identity() {
    try {
      return EventId.parse(tokens.text());
    } catch (IllegalArgumentException e) {
      problems.addHere(
          ProblemCode.EVENT_ID_INVALID,
          "eventId is not a UUID in its form of 36 characters, or is the nil or the max UUID",
          "Send a UUID such as 0192f0c1-2b4d-7f6e-9a1b-2c3d4e5f6071, or leave eventId out: it is"
              + " then derived from the event's bytes");
      return null;
    }
  }

  private double duration() {
    if (tokens.number(numbers) == NumberReader.Type.OUT_OF_RANGE) {
      return Double.NaN; // reported when the value itself is read
    }
    double millis = numbers.asDouble();
    if (millis < 0) {
      outOfRange("is negative", "Send the milliseconds the request took, from 0");
    }
    return millis;
  }

  private void checkRate() {
    if (tokens.number(numbers) != NumberReader.Type.OUT_OF_RANGE && numbers.asDouble() < 1) {
      outOfRange("is below 1", "Send N when one event of N was kept, 1 when all were");
    }
  }

  private void outOfRange(String how, String fix) {
    problems.addHere(ProblemCode.NUMBER_OUT_OF_RANGE, problems.path() + " " + how, fix);
  }

  private void wrongType(KnownField field) {
    // In the gateway's records any optional value may have been replaced by "[REDACTED]".
    if (rules.origin() == Origin.GATEWAY && !field.isRequired() && field != KnownField.EVENT_ID) {
      return;
    }
    String path = problems.path();
    String expected = field.type().description();
    problems.addHere(
        ProblemCode.WRONG_TYPE,
        "%s is %s, not %s".formatted(path, describe(tokens.current()), expected),
        "Send %s as %s".formatted(path, expected));
  }

  private static String describe(JsonToken token) {
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT -> "an integer";
      case VALUE_NUMBER_FLOAT -> "a decimal number";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      case VALUE_NULL -> "null";
      case NOT_AVAILABLE, END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT ->
          throw new AssertionError(token + " starts no JSON value");
    };
  }
}
