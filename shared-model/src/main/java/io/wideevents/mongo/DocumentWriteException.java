package io.wideevents.mongo;

/**
 * The server failed to write one document, with a code that does not prove the document invalid.
 * The message contains the code and the server's text, and no content of the document.
 */
public final class DocumentWriteException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int code;

  /**
   * @param code the server's error code
   * @param words the server's text, without what it quotes of the document
   */
  public DocumentWriteException(int code, String words) {
    super("Document not written: server error " + code + ": " + words);
    this.code = code;
  }

  /** Whether the code is known for an outage. If not, the document may be the cause. */
  public boolean isOutage() {
    return WriteErrors.isOutage(code);
  }

  /** Whether the server asks for fewer writes; {@link #isOutage} is then true as well. */
  public boolean isThrottled() {
    return WriteErrors.throttles(code);
  }

  /** The server's error code. */
  public int code() {
    return code;
  }
}
