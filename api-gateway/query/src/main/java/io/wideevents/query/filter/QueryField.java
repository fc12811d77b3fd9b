package io.wideevents.query.filter;

import io.wideevents.query.QueryException;
import java.util.Map;

/**
 * The path of a field in a stored event, such as {@code user.id}. Its text can be used as a name in
 * a condition of MongoDB, because it contains no {@code $}. Immutable.
 *
 * @param path the names, joined by dots
 */
public record QueryField(String path) {
  static final String ID = "_id";
  static final String TIMESTAMP = "timestamp";

  private static final int MAX_LENGTH = 200;
  private static final int MAX_SEGMENTS = 12;
  private static final String HOW =
      "Write 1 to 12 names joined by dots, such as user.id, without spaces, colons, quotation marks"
          + " and $, at most 200 characters";
  private static final Map<String, String> ALIASES =
      Map.of(
          "eventId", ID,
          "outcome", "_ingest.outcome",
          "tier", "_ingest.tier",
          "receivedAt", "_ingest.receivedAt",
          "duration", "performance.durationMs");

  /**
   * @throws QueryException {@code field_invalid} if the path is not allowed
   */
  public QueryField {
    check(path);
  }

  /**
   * Reads a name as people write it: a path, or one of the short names {@code eventId}, {@code
   * outcome}, {@code tier}, {@code receivedAt} and {@code duration}.
   *
   * @throws QueryException {@code field_invalid} if it is not allowed
   */
  public static QueryField parse(String text) {
    return new QueryField(ALIASES.getOrDefault(text, text));
  }

  /** The name as people read it in a reply: {@code eventId} instead of {@code _id}. */
  public String shown() {
    return path.equals(ID) ? "eventId" : path;
  }

  @Override
  public String toString() {
    return path;
  }

  private static void check(String path) {
    if (path.length() > MAX_LENGTH) {
      throw QueryException.fieldInvalid(
          "The name of a field has %d characters".formatted(path.length()), HOW);
    }
    int segments = 1;
    int start = 0;
    for (int i = 0; i <= path.length(); i++) {
      if (i == path.length() || path.charAt(i) == '.') {
        if (i == start) {
          throw QueryException.fieldInvalid("The name of a field has an empty part", HOW);
        }
        start = i + 1;
        segments += i == path.length() ? 0 : 1;
      } else if (!isAllowed(path.charAt(i))) {
        throw QueryException.fieldInvalid(
            "The name of a field contains a character that is not allowed", HOW);
      }
    }
    if (segments > MAX_SEGMENTS) {
      throw QueryException.fieldInvalid(
          "The name of a field has %d parts".formatted(segments), HOW);
    }
    if (Characters.isIllFormed(path)) {
      throw QueryException.fieldInvalid("The name of a field is not valid Unicode", HOW);
    }
  }

  private static boolean isAllowed(char c) {
    return c != '$' && c != ':' && c != '"' && !Characters.isSpace(c) && !Character.isISOControl(c);
  }
}
