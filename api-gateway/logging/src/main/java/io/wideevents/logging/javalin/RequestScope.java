package io.wideevents.logging.javalin;

import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import io.javalin.router.Endpoint;
import io.wideevents.logging.Ending;
import io.wideevents.logging.LoggingContext;
import io.wideevents.logging.LoggingService;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.eclipse.jetty.io.EofException;
import org.jspecify.annotations.Nullable;

/**
 * What the plugin knows about one request, kept as an attribute of it. Safe for concurrent use. No
 * method throws: each runs in the midst of a request of the application's.
 */
final class RequestScope {
  static final String ATTRIBUTE = RequestScope.class.getName();
  private static final int FIRST_ERROR_STATUS = 400;

  /** Javalin answers this or more if a body cannot be read: 499 or 500. */
  private static final int CLIENT_CLOSED_REQUEST = 499;

  /** The frames of an exception that the server threw while it read a body. */
  private static final String SERVER = "org.eclipse.jetty.";

  private static final String SERVLET_INPUT = SERVER + "ee10.servlet.";

  /** An exception may be its own cause. */
  private static final int MAX_CAUSES = 16;

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
   * @param route finds the route of a request that no HTTP handler ran for
   * @param serverStops whether the server is being stopped
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

  /** Notes that the request's body cannot be read to its end. */
  void readFailed() {
    readFailed = true;
  }

  /** Notes that the last byte of the reply was sent. */
  void replySent() {
    replySent = true;
  }

  /** Notes that the reply cannot be sent to its end. */
  void sendFailed(Throwable failure) {
    if (isTimeout(failure)) {
      timedOut = true;
    } else if (failure instanceof IOException) {
      sendFailed = true;
    } else {
      // The server itself gave up, such as on response headers that are too large.
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
   * Notes a status that no client will see, for the reply has begun. While a handler runs, the
   * status is the handler's and means nothing; afterwards Javalin says so that writing failed.
   */
  void statusTooLate(int status) {
    boolean isJavalins =
        status >= HttpStatus.INTERNAL_SERVER_ERROR.getCode() && runningHandlers.get() == 0;
    if (isJavalins && !sendFailed && !readFailed && !timedOut) {
      Contained.run(() -> failedWith(status, "The reply had begun and was not written to its end"));
    }
  }

  /**
   * Notes what the reply begins with, before its first byte leaves. Finalizes the event if the
   * logging service waits for its events, and blocks until the event is durable then.
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
    // Where it is not known whether the application has such a route, the answer may be its own.
    boolean isJavalins =
        RouteFinder.UNMATCHED.equals(found)
            && (status == HttpStatus.NOT_FOUND.getCode()
                || status == HttpStatus.METHOD_NOT_ALLOWED.getCode());
    if (!aborted && (isJavalins || status >= HttpStatus.INTERNAL_SERVER_ERROR.getCode())) {
      failedWith(status, HttpStatus.forStatus(status).getMessage());
    }
  }

  /** The route, which is unmatched if there is none; null when it cannot be found out. */
  private @Nullable String route() {
    Endpoint endpoint = answeredBy;
    return endpoint == null ? Contained.get(route) : endpoint.method.name() + " " + endpoint.path;
  }

  /**
   * Finalizes the event, unless it is finalized: the reply is out, or never will be.
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

  /** Finds out whose fault it is that a reply was not sent. */
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
   * A client that has its reply did not go away. The server reports a body that breaks the rules of
   * HTTP as it reports one that ends early; an answer of the application's own tells them apart.
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
      // The server's stop ends its requests one after the other, on one thread.
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

  /** Notes an exception that a handler threw, unless the handler said itself what went wrong. */
  void failed(Throwable thrown) {
    Contained.run(() -> note(thrown));
  }

  private void note(Throwable thrown) {
    Throwable failure = withoutCompletion(thrown);
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

  /** The exception within completion exceptions, which is the one that Javalin maps. */
  private static Throwable withoutCompletion(Throwable thrown) {
    Throwable failure = thrown;
    for (int i = 0; i < MAX_CAUSES && failure instanceof CompletionException; i++) {
      Throwable cause = failure.getCause();
      if (cause == null) {
        return failure;
      }
      failure = cause;
    }
    return failure;
  }

  private static boolean isTimeout(Throwable failure) {
    return failure instanceof TimeoutException
        || (failure instanceof IOException && failure.getCause() instanceof TimeoutException);
  }

  /**
   * Whether the server failed to read the request's body, because the client stalls. Any other
   * exception with a timeout as its cause is the application's own, such as a slow backend's.
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

  /** Notes a status that says failure, where nothing else did. */
  private void failedWith(int status, String message) {
    if (status >= FIRST_ERROR_STATUS && !context.hasError()) {
      context.error("HTTP_" + status, message);
    }
  }
}
