package io.wideevents.logging.javalin;

import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.javalin.router.Endpoint;
import io.wideevents.log.Causes;
import io.wideevents.logging.Contained;
import io.wideevents.logging.Ending;
import io.wideevents.logging.LoggingContext;
import io.wideevents.logging.LoggingService;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.eclipse.jetty.io.EofException;
import org.jspecify.annotations.Nullable;

/**
 * The plugin's state of one request, stored in an attribute of the request. Safe for concurrent
 * use. No method throws, because the callers are in the middle of a request of the application.
 */
final class RequestScope {
  static final String ATTRIBUTE = RequestScope.class.getName();
  private static final int FIRST_ERROR_STATUS = 400;

  /** Javalin answers with this status or a higher one if it cannot read a body: 499 or 500. */
  private static final int CLIENT_CLOSED_REQUEST = 499;

  /** Package of the stack frames of an exception that the server threw while it read a body. */
  private static final String SERVER = "org.eclipse.jetty.";

  private static final String SERVLET_INPUT = SERVER + "ee10.servlet.";

  private final LoggingService logging;
  private final LoggingContext context;
  private final Supplier<String> route;
  private final BooleanSupplier serverStops;
  private final AtomicBoolean hasReply = new AtomicBoolean();
  private final AtomicInteger runningHandlers = new AtomicInteger();
  private volatile @Nullable Endpoint answeredBy;
  private volatile boolean timedOut;
  private volatile boolean aborted;
  private volatile boolean readFailed;
  private volatile boolean sendFailed;
  private volatile boolean replySent;
  private volatile int status;
  private volatile @Nullable Throwable readFailure;

  /**
   * @param route finds the route of a request for which no HTTP handler ran
   * @param serverStops whether the server is stopping
   */
  RequestScope(
      LoggingService logging,
      LoggingContext context,
      Supplier<String> route,
      BooleanSupplier serverStops) {
    this.logging = logging;
    this.context = context;
    this.route = route;
    this.serverStops = serverStops;
  }

  void attachTo(ServletRequest request) {
    request.setAttribute(ATTRIBUTE, this);
  }

  /** The scope of a request; null when the request is not logged. */
  static @Nullable RequestScope of(ServletRequest request) {
    return request.getAttribute(ATTRIBUTE) instanceof RequestScope scope ? scope : null;
  }

  LoggingContext context() {
    return context;
  }

  void timedOut() {
    timedOut = true;
  }

  /** Records that the request's body cannot be read to its end. */
  void readFailed() {
    readFailed = true;
  }

  void replySent() {
    replySent = true;
  }

  /** Records that the reply cannot be sent to its end. */
  void sendFailed(Throwable failure) {
    if (isTimeout(failure)) {
      timedOut = true;
    } else if (failure instanceof IOException) {
      sendFailed = true;
    } else {
      // The server itself failed, for example because the response headers are too large.
      failed(failure);
    }
  }

  void handlerBegins(Endpoint endpoint) {
    runningHandlers.incrementAndGet();
    if (endpoint.method.isHttpMethod()) {
      answeredBy = endpoint;
    }
  }

  void handlerEnds() {
    runningHandlers.decrementAndGet();
  }

  /**
   * Records a status that was set after the reply had begun. No client sees such a status. While a
   * handler runs, the status comes from the handler and is ignored. Afterwards Javalin sets such a
   * status when writing failed.
   */
  void statusTooLate(int status) {
    boolean isJavalins =
        status >= HttpStatus.INTERNAL_SERVER_ERROR.getCode() && runningHandlers.get() == 0;
    if (isJavalins && !sendFailed && !readFailed && !timedOut) {
      Contained.run(() -> failedWith(status, "The reply had begun and was not written to its end"));
    }
  }

  /**
   * Records the status of the reply before its first byte is sent. If the logging service waits for
   * its events, finalizes the event and blocks until it is durable.
   */
  void replyBegins(int status) {
    if (hasReply.compareAndSet(false, true)) {
      this.status = status;
      Contained.run(() -> begin(status));
      if (logging.waits()) {
        Contained.run(this::replyDecides);
        Contained.run(this::complete);
      }
    }
  }

  private void begin(int status) {
    String found = route();
    context.route(found).set("http.status", status);
    // Javalin itself sent a 404 or 405 only if the request is known to have no route. Otherwise the
    // application may have sent it.
    boolean isJavalins =
        RouteFinder.UNMATCHED.equals(found)
            && (status == HttpStatus.NOT_FOUND.getCode()
                || status == HttpStatus.METHOD_NOT_ALLOWED.getCode());
    if (!aborted && (isJavalins || status >= HttpStatus.INTERNAL_SERVER_ERROR.getCode())) {
      failedWith(status, HttpStatus.forStatus(status).getMessage());
    }
  }

  /** The route, {@code unmatched} if there is none; null when it cannot be determined. */
  private @Nullable String route() {
    Endpoint endpoint = answeredBy;
    return endpoint == null ? Contained.get(route) : endpoint.method.name() + " " + endpoint.path;
  }

  /**
   * Finalizes the event if it is not finalized. Called when the reply was sent, or cannot be sent
   * any more.
   *
   * @param failure why the server ended the request; null when nothing failed. It may be a failure
   *     after the reply, such as a body that the application did not read
   */
  void ended(@Nullable Throwable failure) {
    if (hasReply.compareAndSet(false, true)) {
      Contained.run(() -> context.route(route()));
    }
    if (replySent) {
      Contained.run(this::replyDecides);
    } else if (failure != null && !timedOut) {
      Contained.run(() -> unanswered(failure));
    }
    Contained.run(this::complete);
  }

  private void unanswered(Throwable failure) {
    if (serverStops.getAsBoolean()) {
      if (!context.hasError()) {
        context.error("SERVER_STOPPED", "The server stopped before the request was answered");
      }
    } else if (sendFailed
        || readFailed
        || failure instanceof EofException
        || failure instanceof ClosedChannelException) {
      aborted = true;
    } else if (isTimeout(failure)) {
      timedOut = true;
    } else {
      failed(failure);
    }
  }

  /**
   * Corrects the aborted state for a client that got its reply. The server reports a body that
   * breaks the rules of HTTP in the same way as a body that ends early. If the application itself
   * answered, the client did not abort.
   */
  private void replyDecides() {
    Throwable failure = readFailure;
    if (aborted && failure != null && !sendFailed && status < CLIENT_CLOSED_REQUEST) {
      aborted = false;
      if (!context.hasError()) {
        context.error(failure);
      }
    }
  }

  private void complete() {
    if (serverStops.getAsBoolean()) {
      // A stopping server ends its requests one after the other, on one thread.
      logging.completeAtStop(context, ending());
    } else {
      logging.complete(context, ending());
    }
  }

  private Ending ending() {
    if (timedOut) {
      return Ending.TIMED_OUT;
    }
    return aborted || (sendFailed && !serverStops.getAsBoolean())
        ? Ending.ABORTED
        : Ending.ANSWERED;
  }

  /** Records an exception that a handler threw, unless the handler has set an error. */
  void failed(Throwable thrown) {
    Contained.run(() -> note(thrown));
  }

  private void note(Throwable thrown) {
    // As Javalin does before it maps an exception.
    Throwable failure = Causes.ofStage(thrown);
    if (isStalledUpload(failure)) {
      timedOut = true;
    } else if ((readFailed || sendFailed) && failure instanceof IOException) {
      aborted = !serverStops.getAsBoolean();
      readFailure = failure;
    } else if (!context.hasError() && !(failure instanceof CancellationException && timedOut)) {
      if (failure instanceof HttpResponseException answer) {
        failedWith(answer.getStatus(), String.valueOf(answer.getMessage()));
      } else {
        context.error(failure);
      }
    }
  }

  private static boolean isTimeout(Throwable failure) {
    return failure instanceof TimeoutException
        || (failure instanceof IOException && failure.getCause() instanceof TimeoutException);
  }

  /**
   * Whether the server failed to read the request's body because the client stalled. Any other
   * exception with a timeout as its cause is from the application, such as one of a slow backend.
   */
  private static boolean isStalledUpload(Throwable failure) {
    if (failure.getClass() != IOException.class || !isTimeout(failure)) {
      return false;
    }
    for (StackTraceElement frame : failure.getStackTrace()) {
      if (!frame.getClassName().startsWith(SERVER)) {
        return false;
      }
      if (frame.getClassName().startsWith(SERVLET_INPUT)) {
        return true;
      }
    }
    return false;
  }

  /** Records a failure status, unless an error is set. */
  private void failedWith(int status, String message) {
    if (status >= FIRST_ERROR_STATUS && !context.hasError()) {
      context.error("HTTP_" + status, message);
    }
  }
}
