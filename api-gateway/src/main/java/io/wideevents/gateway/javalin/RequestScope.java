package io.wideevents.gateway.javalin;

import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.javalin.router.EndpointNotFound;
import io.wideevents.logging.Ending;
import io.wideevents.logging.LoggingContext;
import io.wideevents.logging.LoggingService;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.eclipse.jetty.io.EofException;
import org.jspecify.annotations.Nullable;

/** What the plugin knows about one request, kept as an attribute of it. Safe for concurrent use. */
final class RequestScope {
  private static final String ATTRIBUTE = RequestScope.class.getName();
  private static final int FIRST_ERROR_STATUS = 400;

  private final LoggingService logging;
  private final LoggingContext context;
  private final Supplier<String> route;
  private final AtomicBoolean hasReply = new AtomicBoolean();
  private volatile boolean timedOut;
  private volatile boolean aborted;
  private volatile boolean connectionFailed;

  /**
   * @param route finds the request's route
   */
  RequestScope(LoggingService logging, LoggingContext context, Supplier<String> route) {
    this.logging = logging;
    this.context = context;
    this.route = route;
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

  /** Notes that the client's connection takes no more bytes. */
  void connectionFailed() {
    connectionFailed = true;
  }

  /**
   * Notes what the reply begins with, before its first byte leaves. Finalizes the event if the
   * logging service waits for its events, and blocks until the event is durable then.
   */
  void replyBegins(int status) {
    if (!hasReply.compareAndSet(false, true)) {
      return;
    }
    context.route(route.get()).set("http.status", status);
    if (status >= HttpStatus.INTERNAL_SERVER_ERROR.getCode()) {
      failedWith(status, HttpStatus.forStatus(status).getMessage());
    }
    if (logging.waits()) {
      logging.complete(context, ending());
    }
  }

  /**
   * Finalizes the event, unless it is finalized: the reply is out, or never will be.
   *
   * @param failure what kept the reply from being sent; null when it was sent
   */
  void ended(@Nullable Throwable failure) {
    if (hasReply.compareAndSet(false, true)) {
      context.route(route.get());
    }
    logging.complete(context, failure == null || timedOut ? ending() : Ending.ABORTED);
  }

  private Ending ending() {
    return timedOut ? Ending.TIMED_OUT : aborted ? Ending.ABORTED : Ending.ANSWERED;
  }

  /** Notes an exception that a handler threw, unless the handler said itself what went wrong. */
  void failed(Throwable thrown) {
    Throwable failure =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    if (failure instanceof TimeoutException
        || (failure instanceof IOException && failure.getCause() instanceof TimeoutException)) {
      timedOut = true;
    } else if (failure instanceof EofException
        || (connectionFailed && failure instanceof IOException)) {
      aborted = true;
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

  /** Notes a status that says failure, where nothing else did. */
  private void failedWith(int status, String message) {
    if (status >= FIRST_ERROR_STATUS && !context.hasError()) {
      context.error("HTTP_" + status, message);
    }
  }
}
