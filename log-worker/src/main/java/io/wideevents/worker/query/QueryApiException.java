package io.wideevents.worker.query;

import org.jspecify.annotations.Nullable;

/** A call of the query API failed. The message is one line for the user, without secrets. */
final class QueryApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The {@link #status} if there was no answer. */
  static final int NO_ANSWER = 0;

  private final int status;
  private final int exitCode;

  QueryApiException(int status, int exitCode, String message) {
    super(message);
    this.status = status;
    this.exitCode = exitCode;
  }

  QueryApiException(int status, int exitCode, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.status = status;
    this.exitCode = exitCode;
  }

  /** The status of the answer, or {@link #NO_ANSWER}. */
  int status() {
    return status;
  }

  int exitCode() {
    return exitCode;
  }

  /** Whether the same call may succeed later. */
  boolean isTemporary() {
    return status == NO_ANSWER || status == 429 || (status >= 500 && status != 501);
  }
}
