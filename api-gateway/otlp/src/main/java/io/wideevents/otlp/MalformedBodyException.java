package io.wideevents.otlp;

/** The body as a whole cannot be decoded. */
final class MalformedBodyException extends Exception {
  private static final long serialVersionUID = 1;

  private final String code;

  MalformedBodyException(String code, String message) {
    super(message, null, false, false);
    this.code = code;
  }

  String code() {
    return code;
  }
}
