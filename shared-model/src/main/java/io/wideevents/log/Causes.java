package io.wideevents.log;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;

/** Finds the cause of a failure that describes what happened. */
public final class Causes {
  /** The limit is needed because an exception may be an indirect cause of itself. */
  private static final int MAX_DEPTH = 64;

  private Causes() {}

  /** The innermost cause; the outer ones often only say that an object could not be created. */
  public static Throwable deepest(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; depth < MAX_DEPTH && cause.getCause() != null; depth++) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** The failure of a future, without the exceptions that futures wrap around it. */
  public static Throwable ofFuture(Throwable failure) {
    return unwrap(
        failure, each -> each instanceof CompletionException || each instanceof ExecutionException);
  }

  /** The failure of an asynchronous stage, without the exceptions that stages wrap around it. */
  public static Throwable ofStage(Throwable failure) {
    return unwrap(failure, CompletionException.class::isInstance);
  }

  private static Throwable unwrap(Throwable failure, Predicate<Throwable> isWrapper) {
    Throwable cause = failure;
    for (int depth = 0; depth < MAX_DEPTH && isWrapper.test(cause); depth++) {
      Throwable inner = cause.getCause();
      if (inner == null) {
        break;
      }
      cause = inner;
    }
    return cause;
  }
}
