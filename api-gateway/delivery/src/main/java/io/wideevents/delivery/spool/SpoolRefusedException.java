package io.wideevents.delivery.spool;

/**
 * The spool is full or too busy and stored nothing; the cause of a {@code NotConfirmed} of the last
 * tier. Has no stack trace, because thousands may be created per second.
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
