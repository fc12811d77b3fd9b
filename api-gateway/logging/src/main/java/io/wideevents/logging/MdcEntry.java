package io.wideevents.logging;

import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * The request's id in SLF4J's MDC of the current thread, so that it appears in the thread's
 * ordinary log lines. No method throws what the service's logging back end throws.
 */
final class MdcEntry {
  private static final String KEY = "requestId";

  private MdcEntry() {}

  /** The id that is there; null if there is none, or the MDC cannot be used. */
  static @Nullable String get() {
    try {
      return MDC.get(KEY);
    } catch (Throwable e) {
      // The back end is broken. The request must not fail because of its log lines.
      return null;
    }
  }

  /** Replaces the id; null removes it. */
  static void set(@Nullable String requestId) {
    try {
      if (requestId == null) {
        MDC.remove(KEY);
      } else {
        MDC.put(KEY, requestId);
      }
    } catch (Throwable e) {
      // As in get.
    }
  }
}
