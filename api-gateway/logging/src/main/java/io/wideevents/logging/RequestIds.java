package io.wideevents.logging;

import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Request ids and trace ids: from headers if they have a safe form, else generated. The form is
 * restricted, because ids from callers appear in logs, keys and searches. Safe for concurrent use.
 */
public final class RequestIds {
  /** The header of requests and replies that contains the request's id. */
  public static final String HEADER = "X-Request-Id";

  private static final int MAX_LENGTH = 128;
  private static final int TRACEPARENT_LENGTH = 55;
  private static final int TRACE_ID_LENGTH = 32;

  private RequestIds() {}

  /** Generates an id of 32 hex digits. Not suitable as a secret. */
  public static String make() {
    HexFormat hex = HexFormat.of();
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
  }

  /**
   * Returns the id in an {@code X-Request-Id} header.
   *
   * @param header null when the header is absent
   * @return empty unless the header consists of 1 to 128 letters, digits and {@code - _ . : / +
   *     = @}
   */
  public static Optional<String> accepted(@Nullable String header) {
    if (header == null || header.isEmpty() || header.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    for (int i = 0; i < header.length(); i++) {
      char c = header.charAt(i);
      boolean plain =
          (c >= '0' && c <= '9')
              || (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || "-_.:/+=@".indexOf(c) >= 0;
      if (!plain) {
        return Optional.empty();
      }
    }
    return Optional.of(header);
  }

  /**
   * Returns the trace id in a {@code traceparent} header (W3C Trace Context).
   *
   * @param header null when the header is absent
   * @return 32 lower-case hex digits; empty when the header has another form, or the id is all
   *     zeros
   */
  public static Optional<String> traceId(@Nullable String header) {
    if (header == null
        || header.length() < TRACEPARENT_LENGTH
        || header.charAt(2) != '-'
        || header.charAt(35) != '-'
        || header.charAt(52) != '-'
        || header.startsWith("ff")
        // Version 00 ends after the flags; later versions may add fields.
        || (header.length() > TRACEPARENT_LENGTH
            && (header.startsWith("00") || header.charAt(TRACEPARENT_LENGTH) != '-'))) {
      return Optional.empty();
    }
    String id = header.substring(3, 3 + TRACE_ID_LENGTH);
    boolean zero = true;
    for (int i = 0; i < TRACE_ID_LENGTH; i++) {
      char c = id.charAt(i);
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
        return Optional.empty();
      }
      zero &= c == '0';
    }
    return zero ? Optional.empty() : Optional.of(id);
  }
}
