package io.wideevents.delivery;

/**
 * An event was not sent to a tier, for a reason inside this process. Either the queue to the tier
 * is full or closed, or the event was still queued at its deadline while the tier answered other
 * calls. A circuit breaker does not count this exception, because it says nothing about the tier.
 *
 * <p>Has no stack trace, because under load one exception is created for each rejected call.
 */
public final class NotSentException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param message the reason, without any content of the event
   */
  public NotSentException(String message) {
    super(message, null, false, false);
  }
}
