package io.wideevents.logging;

import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * The request's id in SLF4J's MDC of the thread that bound a context, so that it appears in the
 * thread's ordinary log lines. No method throws what the service's logging back end throws.
 */
final class MdcEntry {
  private static final String KEY = "requestId";

  private final Thread thread = Thread.currentThread();
  private final @Nullable String before;

  private MdcEntry(@Nullable String before) {
    this.before = before;
  }

  /** Puts the id; null if the MDC cannot be used. */
  static @Nullable MdcEntry put(String requestId) {
    try {
      String before = MDC.get(KEY);
      MDC.put(KEY, requestId);
      return new MdcEntry(before);
    } catch (Throwable e) {
      // The back end is broken. The request must not fail because of its log lines.
      return null;
    }
  }

  /** Restores the previous id. Does nothing on another thread, whose MDC is not this one. */
  void restore() {
    if (Thread.currentThread() != thread) {
      return;
    }
    try {
      if (before == null) {
        MDC.remove(KEY);
      } else {
        MDC.put(KEY, before);
      }
    } catch (Throwable e) {
      // As in put.
    }
  }
}
