package io.wideevents.query.filter;

import io.wideevents.event.EventId;
import io.wideevents.query.QueryException;
import io.wideevents.query.filter.FilterValue.Between;
import io.wideevents.query.filter.FilterValue.Between.Bound;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.bson.BsonBinary;
import org.bson.BsonBoolean;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text of one filter, from left to right. The grammar is in {@code docs/query-api.md}.
 */
final class FilterReader {
  private static final int MAX_LENGTH = 4096;
  private static final int MAX_TERMS = 50;
  private static final int MAX_VALUES = 100;
  private static final int MAX_WILDCARDS = 20;
  // MongoDB compares this text at each character of a stored text, and does not check the time
  // limit
  // of the query until it has compared a whole event.
  private static final int MAX_TEXT_AFTER_WILDCARDS = 100;
  private static final Set<String> CONNECTIVES = Set.of("AND", "OR", "NOT");
  // What looks like service=checkout or duration>500. Possessive, so that it takes linear time.
  private static final Pattern COMPARISON =
      Pattern.compile("[A-Za-z_][A-Za-z0-9_.]*+[=<>!]++.*+", Pattern.DOTALL);
  private static final String RANGE = "..";

  private final String text;
  private int next;
  private int textAfterWildcards;

  /** A quoted or bare piece of text. */
  private record Piece(int start, String text, List<String> parts, boolean isQuoted) {}

  FilterReader(String text) {
    this.text = text;
  }

  List<FilterTerm> read() {
    if (text.length() > MAX_LENGTH) {
      throw problem(
          MAX_LENGTH,
          "The filter has more than %d characters".formatted(MAX_LENGTH),
          "Shorten the filter");
    }
    if (Characters.isIllFormed(text)) {
      throw problem(0, "The filter is not valid Unicode", "Send the filter as UTF-8");
    }
    List<FilterTerm> terms = new ArrayList<>();
    while (skipSpaces()) {
      if (terms.size() == MAX_TERMS) {
        throw problem(
            next, "The filter has more than %d terms".formatted(MAX_TERMS), "Remove terms");
      }
      terms.add(term());
    }
    return terms;
  }

  private FilterTerm term() {
    if (text.charAt(next) != '-') {
      return positiveTerm();
    }
    next++;
    if (isAtEndOfTerm()) {
      throw problem(
          next - 1,
          "No term follows the -",
          "Write the term directly after it, such as -outcome:SUCCESS, or quote it: \"-\"");
    }
    return new FilterTerm.Not(positiveTerm());
  }

  private FilterTerm positiveTerm() {
    int start = next;
    if (text.charAt(next) == '"') {
      Piece words = quoted();
      requireEndOfTerm();
      if (words.text().isEmpty()) {
        throw problem(start, "The quotation marks are empty", "Write words between them");
      }
      return new FilterTerm.Words(words.text());
    }
    String word = bareUntil(':');
    if (next < text.length() && text.charAt(next) == ':') {
      next++;
      return word.equals("has") ? has() : values(start, word);
    }
    requireEndOfTerm();
    if (CONNECTIVES.contains(word)) {
      throw problem(
          start,
          word + " is not an operator",
          "All terms must match. Write field:a,b for alternatives, -term to exclude, and \""
              + word
              + "\" in quotation marks for the word");
    }
    if (COMPARISON.matcher(word).matches()) {
      throw problem(
          start,
          "A comparison is written with : after the field",
          "Write service:checkout or duration:>500, or quote the word to search for it: \"%s\""
              .formatted(word));
    }
    return new FilterTerm.Words(word);
  }

  private FilterTerm has() {
    int start = next;
    String name = bareUntil(':');
    requireEndOfTerm();
    return new FilterTerm.Has(field(start, name));
  }

  private FilterTerm values(int start, String name) {
    QueryField field = field(start, name);
    if (field.path().equals(QueryField.TIMESTAMP)) {
      throw problem(
          start, "The filter cannot limit timestamp", "Use the parameters from and to instead");
    }
    List<FilterValue> values = new ArrayList<>();
    do {
      if (values.size() == MAX_VALUES) {
        throw problem(
            next,
            "The term has more than %d values".formatted(MAX_VALUES),
            "Write fewer values, or a pattern such as %s:abc*".formatted(name));
      }
      values.add(value(field, name));
    } while (takeComma());
    requireEndOfTerm();
    return FilterTerm.Values.of(field, values);
  }

  private FilterValue value(QueryField field, String name) {
    if (isAtEndOfTerm() || text.charAt(next) == ',') {
      throw problem(
          next,
          "A value is missing after " + name + ":",
          "Write a value, \"\" for empty text, or has:%s for events that have the field"
              .formatted(name));
    }
    Piece piece = text.charAt(next) == '"' ? quoted() : bare();
    if (field.path().equals(QueryField.ID)) {
      return id(piece);
    }
    if (piece.parts().size() > 1) {
      return wildcard(piece, name);
    }
    if (piece.isQuoted()) {
      return new FilterValue.OneOf(List.of(new BsonString(piece.text())));
    }
    FilterValue range = range(piece);
    return range == null ? equal(piece.text()) : range;
  }

  private FilterValue id(Piece piece) {
    try {
      return new FilterValue.OneOf(List.of(new BsonBinary(EventId.parse(piece.text()).value())));
    } catch (IllegalArgumentException e) {
      throw problem(
          piece.start(),
          "The value is not an event id",
          "Write the whole id, such as eventId:0192f0c1-2b4d-4f6e-9a1b-2c3d4e5f6071");
    }
  }

  private FilterValue wildcard(Piece piece, String name) {
    if (piece.parts().getFirst().isEmpty()) {
      throw problem(
          piece.start(),
          "The pattern begins with *",
          "Begin the pattern with text, such as %s:abc*, or use has:%s".formatted(name, name));
    }
    if (piece.parts().size() > MAX_WILDCARDS + 1) {
      throw problem(
          piece.start(),
          "The pattern has more than %d *".formatted(MAX_WILDCARDS),
          "Write a simpler pattern");
    }
    piece.parts().stream().skip(1).forEach(part -> textAfterWildcards += part.length());
    if (textAfterWildcards > MAX_TEXT_AFTER_WILDCARDS) {
      throw problem(
          piece.start(),
          "The patterns of the filter have more than %d characters after their first *"
              .formatted(MAX_TEXT_AFTER_WILDCARDS),
          "Write fewer or shorter patterns; the text before the first * may be longer");
    }
    return new FilterValue.Wildcard(piece.parts());
  }

  /** A comparison or a range of numbers or times; null if the text is neither. */
  private @Nullable FilterValue range(Piece piece) {
    String value = piece.text();
    char first = value.charAt(0);
    if (first == '>' || first == '<') {
      boolean isIncluded = value.startsWith("=", 1);
      int skipped = isIncluded ? 2 : 1;
      Bound bound =
          new Bound(scalar(piece.start() + skipped, value.substring(skipped)), isIncluded);
      return first == '>' ? new Between(bound, null) : new Between(null, bound);
    }
    int dots = value.indexOf(RANGE);
    if (dots < 0) {
      return null;
    }
    int second = dots + RANGE.length();
    return new Between(
        new Bound(scalar(piece.start(), value.substring(0, dots)), true),
        new Bound(scalar(piece.start() + second, value.substring(second)), true));
  }

  private static FilterValue equal(String value) {
    if (value.equals("null")) {
      return new FilterValue.Null();
    }
    List<BsonValue> readings = new ArrayList<>();
    readings.add(new BsonString(value));
    BsonValue scalar =
        switch (value) {
          case "true" -> BsonBoolean.TRUE;
          case "false" -> BsonBoolean.FALSE;
          default -> ScalarValues.numberOrTime(value);
        };
    if (scalar != null) {
      readings.add(scalar);
    }
    return new FilterValue.OneOf(List.copyOf(readings));
  }

  private static BsonValue scalar(int position, String text) {
    BsonValue value = ScalarValues.numberOrTime(text);
    if (value == null) {
      throw problem(
          position,
          "A number or a time is missing",
          "Write >500, >=2.5, <1e6, 100..200 or >2026-11-30T10:00:00Z; quote text that contains"
              + " these characters");
    }
    return value;
  }

  private static QueryField field(int position, String name) {
    try {
      return QueryField.parse(name);
    } catch (QueryException e) {
      throw problem(position, e.detail(), e.fix());
    }
  }

  /** Reads up to a space, a quotation mark or the given character. */
  private String bareUntil(char end) {
    int start = next;
    while (!isAtEndOfTerm() && text.charAt(next) != end && text.charAt(next) != '"') {
      requirePrintable();
      next++;
    }
    return text.substring(start, next);
  }

  private Piece bare() {
    int start = next;
    String value = bareUntil(',');
    return new Piece(start, value, parts(value), false);
  }

  private static List<String> parts(String value) {
    List<String> parts = new ArrayList<>();
    int start = 0;
    for (int star = value.indexOf('*'); star >= 0; star = value.indexOf('*', start)) {
      addPart(parts, value.substring(start, star));
      start = star + 1;
    }
    addPart(parts, value.substring(start));
    return parts;
  }

  /** Adds the text before or after a star. A second star in a row adds nothing. */
  private static void addPart(List<String> parts, String part) {
    if (parts.size() > 1 && parts.getLast().isEmpty()) {
      parts.removeLast();
    }
    parts.add(part);
  }

  private Piece quoted() {
    int start = next;
    next++;
    StringBuilder all = new StringBuilder();
    StringBuilder part = new StringBuilder();
    List<String> parts = new ArrayList<>();
    while (next < text.length() && text.charAt(next) != '"') {
      char c = text.charAt(next);
      if (c == '\\') {
        c = escaped();
        part.append(c);
      } else if (c == '*') {
        addPart(parts, part.toString());
        part.setLength(0);
      } else {
        requireNoNul();
        part.append(c);
      }
      all.append(c);
      next++;
    }
    if (next == text.length()) {
      throw problem(
          start, "The quotation mark is not closed", "Write \" at the end of the text too");
    }
    next++;
    addPart(parts, part.toString());
    return new Piece(start, all.toString(), List.copyOf(parts), true);
  }

  private char escaped() {
    next++;
    if (next < text.length() && "\"\\*".indexOf(text.charAt(next)) >= 0) {
      return text.charAt(next);
    }
    throw problem(
        next - 1,
        "The \\ is not followed by \", \\ or *",
        "In quotation marks write \\\" for a quotation mark, \\\\ for a backslash and \\* for a"
            + " star");
  }

  private boolean takeComma() {
    if (next < text.length() && text.charAt(next) == ',') {
      next++;
      return true;
    }
    return false;
  }

  private boolean skipSpaces() {
    while (next < text.length() && Characters.isSpace(text.charAt(next))) {
      next++;
    }
    return next < text.length();
  }

  private boolean isAtEndOfTerm() {
    return next == text.length() || Characters.isSpace(text.charAt(next));
  }

  private void requireEndOfTerm() {
    if (!isAtEndOfTerm()) {
      char found = text.charAt(next);
      throw problem(
          next,
          found == '"'
              ? "A quotation mark is in the middle of a term"
              : "The term continues with " + found + " where it should end",
          "Separate terms by spaces, and quote the whole value: field:\"a value\"");
    }
  }

  private void requirePrintable() {
    if (Character.isISOControl(text.charAt(next))) {
      throw problem(
          next, "The filter contains a control character", "Quote the value, or remove it");
    }
  }

  private void requireNoNul() {
    if (text.charAt(next) == '\0') {
      throw problem(next, "The filter contains the character U+0000", "Remove it");
    }
  }

  private static QueryException problem(int position, String detail, String fix) {
    return QueryException.filterInvalid(position, detail, fix);
  }
}
