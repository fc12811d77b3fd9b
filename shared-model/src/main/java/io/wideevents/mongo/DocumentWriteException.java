package io.wideevents.mongo;

/**
 * The server failed to write one document, with a code that blames neither the document nor, for
 * certain, the server. The message holds the code and the server's words, nothing of the document.
 */
public final class DocumentWriteException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int code;

  DocumentWriteException(int code, String words) {
    super("Document not written: server error " + code + ": " + words);
    this.code = code;
  }

  /** The server's error code. */
  public int code() {
    return code;
  }
}
