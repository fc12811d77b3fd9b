package io.wideevents.logging;

/**
 * An exception with an error code for the wide event, used instead of the name of the exception's
 * class.
 */
public interface CodedError {
  /**
   * The value of {@code error.code}: stable, from a small set, such as {@code CARD_EXPIRED}. If
   * this method throws or returns null, the simple name of the exception's class is the code.
   */
  String errorCode();
}
