package io.wideevents.delivery.spool;

import org.jspecify.annotations.Nullable;

/**
 * The spool's directory cannot be used: a mistake of configuration (exit code 3), for nothing but a
 * person can mend it. The message says what to do.
 */
public final class SpoolUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why the directory cannot be used. */
  public enum Reason {
    /** Another process holds it. */
    LOCKED,
    /** It cannot be made, or may not be written. */
    NOT_WRITABLE
  }

  private final Reason reason;

  SpoolUnavailableException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
