package io.wideevents.delivery;

/**
 * An event was not given to a tier, for a reason inside this process: the queue to the tier is full
 * or closed, or the event was still queued at its deadline while the tier answered others. Says
 * nothing about the tier, so a circuit breaker does not count it.
 *
 * <p>Has no stack trace, since one is made for each call that is turned away under load.
 */
public final class NotSentException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param message why; contains nothing of the event
   */
  public NotSentException(String message) {
    super(message, null, false, false);
  }
}
