package io.wideevents.logging.servlet;

import io.wideevents.log.Causes;
import io.wideevents.logging.Contained;
import io.wideevents.logging.Ending;
import io.wideevents.logging.LoggingContext;
import io.wideevents.logging.LoggingService;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The filter's state of one request, in an attribute of the request. Safe for concurrent use. */
final class RequestState implements AsyncListener {
  static final String ATTRIBUTE = RequestState.class.getName();

  /** Attributes of Spring MVC, by name: the library does not depend on Spring. */
  private static final String SPRING_PATTERN =
      "org.springframework.web.servlet.HandlerMapping.bestMatchingPattern";

  private static final String SPRING_EXCEPTION =
      "org.springframework.web.servlet.DispatcherServlet.EXCEPTION";

  /** Patterns that match every path, so they are no route. */
  private static final Set<String> EVERYTHING = Set.of("", "/", "/*", "/**", "**");

  /** Simple names of exceptions with which servers and Spring report a lost connection. */
  private static final Set<String> LOST_CONNECTION =
      Set.of(
          "ClientAbortException",
          "EofException",
          "ClosedChannelException",
          "AsyncRequestNotUsableException");

  /** What the messages of the JDK say of a lost connection, on Linux, macOS and Windows. */
  private static final List<String> LOST_CONNECTION_TEXTS =
      List.of("Broken pipe", "Connection reset", "forcibly closed", "connection was aborted");

  private final LoggingService logging;
  private final LoggingContext context;
  private final HttpServletRequest request;
  private final HttpServletResponse response;
  private final Set<RequestState> open;
  private volatile boolean isAsync;
  private volatile boolean timedOut;
  private volatile boolean aborted;
  private volatile boolean hasThrown;
  private volatile @Nullable String pattern;

  RequestState(
      LoggingService logging,
      LoggingContext context,
      HttpServletRequest request,
      HttpServletResponse response,
      Set<RequestState> open) {
    this.logging = logging;
    this.context = context;
    this.request = request;
    this.response = response;
    this.open = open;
    request.setAttribute(ATTRIBUTE, this);
    open.add(this);
  }

  /** The state of a request; null when the request is not logged. */
  static @Nullable RequestState of(ServletRequest request) {
    return request.getAttribute(ATTRIBUTE) instanceof RequestState state ? state : null;
  }

  LoggingContext context() {
    return context;
  }

  void asyncStarted(AsyncContext async) {
    // Throws if the request has completed on another thread: then nothing reports its end.
    async.addListener(this);
    isAsync = true;
  }

  /** Records that writing the reply failed. */
  void sendFailed() {
    aborted = true;
  }

  /** Records an exception that left the application. */
  void threw(Throwable thrown) {
    hasThrown = true;
    note(thrown);
  }

  /** Reads the route once the application has chosen a handler. An error page changes it later. */
  void readRoute() {
    Object found = request.getAttribute(SPRING_PATTERN);
    if (found != null && pattern == null) {
      pattern = found.toString();
    }
  }

  /** Finalizes the event unless the request continues asynchronously. */
  void chainReturned() {
    if (!isAsync && request.isAsyncStarted()) {
      // Begun by code that does not use the wrapped request.
      try {
        asyncStarted(request.getAsyncContext());
      } catch (IllegalStateException e) {
        // It has completed since. The event is finalized below.
      }
    }
    if (!isAsync) {
      end();
    }
  }

  void serverStopped() {
    if (!context.hasError()) {
      context.error("SERVER_STOPPED", "The server stopped before the request was answered");
    }
    end();
  }

  @Override
  public void onComplete(AsyncEvent event) {
    Contained.run(this::end);
  }

  @Override
  public void onTimeout(AsyncEvent event) {
    timedOut = true;
  }

  /**
   * A server may report a failed write here before the thread that writes gets its exception. An
   * exception that left the application is known already, and stays the event's error.
   */
  @Override
  public void onError(AsyncEvent event) {
    Throwable failure = event.getThrowable();
    if (failure != null) {
      if (isResetConnection(failure)) {
        aborted = true;
      }
      Contained.run(() -> note(failure));
    }
  }

  /** A further asynchronous cycle removes the listeners of the previous one. */
  @Override
  public void onStartAsync(AsyncEvent event) {
    event.getAsyncContext().addListener(this);
  }

  private void note(Throwable thrown) {
    Throwable failure = Causes.ofStage(thrown);
    if (failure instanceof ServletException && failure.getCause() != null) {
      failure = failure.getCause();
    }
    // Once a write has failed, the exceptions of the connection are consequences.
    if (isLostConnection(failure) || (aborted && failure instanceof IOException)) {
      aborted = true;
    } else if (!context.hasError() && !timedOut) {
      context.error(failure);
    }
  }

  private static boolean isResetConnection(Throwable failure) {
    String message = failure.getMessage();
    return failure instanceof IOException
        && message != null
        && LOST_CONNECTION_TEXTS.stream().anyMatch(message::contains);
  }

  private static boolean isLostConnection(Throwable failure) {
    int depth = 0;
    for (Throwable each = failure; each != null && depth++ < 20; each = each.getCause()) {
      if (LOST_CONNECTION.contains(each.getClass().getSimpleName())) {
        return true;
      }
    }
    return false;
  }

  private void end() {
    open.remove(this);
    try {
      Contained.run(this::describe);
    } finally {
      logging.complete(
          context, timedOut ? Ending.TIMED_OUT : aborted ? Ending.ABORTED : Ending.ANSWERED);
    }
  }

  private void describe() {
    readRoute();
    String route = route();
    if (route != null) {
      context.route(request.getMethod() + " " + route);
    }
    // An exception that leaves the application becomes a 500 after the filter.
    int status = hasThrown && !response.isCommitted() ? 500 : response.getStatus();
    context.set("http.status", status);
    noteHandled(SPRING_EXCEPTION);
    noteHandled(RequestDispatcher.ERROR_EXCEPTION);
    boolean isUnmatched = route == null && (status == 404 || status == 405);
    if ((status >= 500 || isUnmatched) && !context.hasError() && !aborted) {
      context.error("HTTP_" + status, "The request was answered with status " + status);
    }
  }

  /** Records an exception that the application or the server handled. */
  private void noteHandled(String attribute) {
    if (request.getAttribute(attribute) instanceof Throwable handled) {
      note(handled);
    }
  }

  private @Nullable String route() {
    String spring = pattern;
    String found = spring != null ? spring : request.getHttpServletMapping().getPattern();
    return found == null || EVERYTHING.contains(found) ? null : found;
  }
}
