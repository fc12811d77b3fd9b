package io.wideevents.log;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Which of the nested causes of a failure says what happened. */
public final class Causes {
  /** An exception may be its own cause, by way of others. */
  private static final int MAX_DEPTH = 64;

  private Causes() {}

  /** The innermost cause: the outer ones often say only that something could not be made. */
  public static Throwable deepest(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; depth < MAX_DEPTH && cause.getCause() != null; depth++) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** What a future failed with, without the exceptions that futures put around it. */
  public static Throwable ofFuture(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; depth < MAX_DEPTH && isWrapper(cause); depth++) {
      Throwable inner = cause.getCause();
      if (inner == null) {
        break;
      }
      cause = inner;
    }
    return cause;
  }

  private static boolean isWrapper(Throwable failure) {
    return failure instanceof CompletionException || failure instanceof ExecutionException;
  }
}
