package io.wideevents.delivery.spool;

/**
 * The spool is full, or too busy, and took nothing: why the last tier did not confirm. Made for its
 * message; without a stack trace, for there may be thousands a second.
 */
public final class SpoolRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final SpoolOutcome.RefusalReason reason;

  SpoolRefusedException(SpoolOutcome.Refused refused) {
    super(refused.message(), null, false, false);
    this.reason = refused.reason();
  }

  public SpoolOutcome.RefusalReason reason() {
    return reason;
  }
}
