package io.wideevents.logging;

/**
 * An exception that knows the code of its error in a wide event, where the name of its class would
 * say less.
 */
public interface CodedError {
  /**
   * What becomes {@code error.code}: stable, one of few, such as {@code CARD_EXPIRED}. If this
   * method throws or returns null, the name of the exception's class is the code.
   */
  String errorCode();
}
