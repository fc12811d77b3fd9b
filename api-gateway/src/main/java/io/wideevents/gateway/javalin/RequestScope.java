package io.wideevents.gateway.javalin;

import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.javalin.router.EndpointNotFound;
import io.wideevents.logging.Ending;
import io.wideevents.logging.LoggingContext;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.EofException;
import org.jspecify.annotations.Nullable;

/** What the plugin knows about one request, kept as an attribute of it. Safe for concurrent use. */
final class RequestScope {
  private static final String ATTRIBUTE = RequestScope.class.getName();
  private static final int FIRST_ERROR_STATUS = 400;

  private final LoggingContext context;
  private volatile boolean timedOut;
  private volatile boolean aborted;

  RequestScope(LoggingContext context) {
    this.context = context;
  }

  void attachTo(ServletRequest request) {
    request.setAttribute(ATTRIBUTE, this);
  }

  /** The scope of a request; null when the plugin was told to leave it alone. */
  static @Nullable RequestScope of(ServletRequest request) {
    return request.getAttribute(ATTRIBUTE) instanceof RequestScope scope ? scope : null;
  }

  LoggingContext context() {
    return context;
  }

  void timedOut() {
    timedOut = true;
  }

  /** How the request ended, as far as is known now. */
  Ending ending() {
    return timedOut ? Ending.TIMED_OUT : aborted ? Ending.ABORTED : Ending.ANSWERED;
  }

  /** How the request ended once nothing more is sent, or could be. */
  Ending endingAfter(@Nullable Throwable failure) {
    return failure == null || timedOut ? ending() : Ending.ABORTED;
  }

  /** Notes an exception that a handler threw, unless the handler said itself what went wrong. */
  void failed(Throwable thrown) {
    Throwable failure =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    if (failure instanceof EofException) {
      aborted = true;
    } else if (failure instanceof TimeoutException
        || (failure instanceof IOException && failure.getCause() instanceof TimeoutException)) {
      timedOut = true;
    } else if (!context.hasError() && !(failure instanceof CancellationException && timedOut)) {
      if (failure instanceof EndpointNotFound) {
        // Its message is the path, which may hold ids and secrets.
        failedWith(HttpStatus.NOT_FOUND.getCode(), HttpStatus.NOT_FOUND.getMessage());
      } else if (failure instanceof HttpResponseException answer) {
        failedWith(answer.getStatus(), String.valueOf(answer.getMessage()));
      } else {
        context.error(failure);
      }
    }
  }

  /** Notes what kept the answer from being written. */
  void unanswered(Throwable thrown) {
    if (thrown instanceof IOException) {
      // Only the client's connection is written to by then.
      aborted = true;
    } else {
      failed(thrown);
    }
  }

  /** Notes a status that says failure, where nothing else did. */
  void failedWith(int status, String message) {
    if (status >= FIRST_ERROR_STATUS && !context.hasError()) {
      context.error("HTTP_" + status, message);
    }
  }
}
