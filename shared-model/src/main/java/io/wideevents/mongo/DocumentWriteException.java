package io.wideevents.mongo;

/**
 * The server failed to write one document, with a code that does not blame the document for
 * certain. The message holds the code and the server's words, nothing of the document.
 */
public final class DocumentWriteException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int code;

  /**
   * @param code the server's
   * @param words the server's, without what they quote of the document
   */
  public DocumentWriteException(int code, String words) {
    super("Document not written: server error " + code + ": " + words);
    this.code = code;
  }

  /** Whether the code is known for an outage; if not, the document may be to blame. */
  public boolean blamesServer() {
    return WriteErrors.blameServer(code);
  }

  /** Whether the server asks for fewer writes; {@link #blamesServer} is then true as well. */
  public boolean isThrottled() {
    return WriteErrors.throttles(code);
  }

  /** The server's error code. */
  public int code() {
    return code;
  }
}
