package io.wideevents.event;

import org.jspecify.annotations.Nullable;

/**
 * The content of {@code _summary}: one line about an event for people and text search. The same
 * event always gives the same line. Immutable.
 *
 * @param errorCode {@code error.code}; null or empty if there is none
 * @param errorMessage {@code error.message}; null or empty if there is none
 * @param userRole {@code user.role}; null or empty if there is none
 */
public record Summary(
    Outcome outcome,
    String service,
    String route,
    @Nullable String errorCode,
    @Nullable String errorMessage,
    @Nullable String userRole,
    LatencyBucket latencyBucket) {
  /** Maximum length of one part, in UTF-16 code units; a longer part is cut. */
  public static final int MAX_PART_LENGTH = 200;

  /**
   * The line: {@code Outcome: … Service: … Route: … Error: … ErrorMessage: … UserRole: …
   * LatencyBucket: …}, without absent parts. Contains no control characters or line breaks.
   */
  public String line() {
    StringBuilder line = new StringBuilder(160);
    append(line, "Outcome: ", outcome.name());
    append(line, " Service: ", service);
    append(line, " Route: ", route);
    append(line, " Error: ", errorCode);
    append(line, " ErrorMessage: ", errorMessage);
    append(line, " UserRole: ", userRole);
    append(line, " LatencyBucket: ", latencyBucket.label());
    return line.toString();
  }

  private static void append(StringBuilder line, String label, @Nullable String text) {
    if (text == null || text.isEmpty()) {
      return;
    }
    line.append(label);
    int end = cut(text);
    int from = 0;
    // Parts are copied, because a check of each character in the line took a tenth of the time of
    // a record.
    for (int i = 0; i < end; i++) {
      if (breaksLine(text.charAt(i))) {
        line.append(text, from, i).append(' ');
        from = i + 1;
      }
    }
    line.append(text, from, end);
  }

  private static int cut(String text) {
    if (text.length() <= MAX_PART_LENGTH) {
      return text.length();
    }
    // Half a surrogate pair cannot be written as UTF-8.
    return Character.isHighSurrogate(text.charAt(MAX_PART_LENGTH - 1))
        ? MAX_PART_LENGTH - 1
        : MAX_PART_LENGTH;
  }

  private static boolean breaksLine(char c) {
    return c < ' ' || (c >= 0x7F && (c <= 0x9F || c == '\u2028' || c == '\u2029'));
  }
}
