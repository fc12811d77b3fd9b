package io.wideevents.delivery.spool;

import org.jspecify.annotations.Nullable;

/**
 * The spool's directory cannot be used. This is a configuration error (exit code 3), because only
 * an operator can correct it. The message contains the remedy.
 */
public final class SpoolUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why the directory cannot be used. */
  public enum Reason {
    /** Another process has locked it. */
    LOCKED,
    /** It cannot be created or written. */
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
