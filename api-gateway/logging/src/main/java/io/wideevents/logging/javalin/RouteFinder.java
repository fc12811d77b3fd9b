package io.wideevents.logging.javalin;

import io.javalin.config.JavalinState;
import io.javalin.http.HandlerType;
import io.javalin.http.Header;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds the route of a request for which no HTTP handler of the application has run: a filter or a
 * guard answered it, Javalin answered a HEAD request itself, or it is a WebSocket upgrade. Safe for
 * concurrent use.
 */
final class RouteFinder {
  static final String UNMATCHED = "unmatched";

  private final JavalinState state;
  private final JavalinInternals internals;

  RouteFinder(JavalinState state, JavalinInternals internals) {
    this.state = state;
    this.internals = internals;
  }

  /**
   * Whether Javalin looks for a WebSocket handler. It does so for this header, whatever the method
   * is.
   */
  private static boolean isForSockets(HttpServletRequest request) {
    return request.getHeader(Header.SEC_WEBSOCKET_VERSION) != null;
  }

  /**
   * Returns a supplier of the request's route. The supplier does not use the request object, which
   * may be recycled by then.
   */
  Supplier<String> of(HttpServletRequest request) {
    String uri = request.getRequestURI();
    String context = request.getContextPath();
    String path = uri.startsWith(context) ? uri.substring(context.length()) : uri;
    if (isForSockets(request)) {
      // Javalin also uses GET. The client's method may be any word, which would make the number of
      // routes unbounded.
      return () -> named(HandlerType.GET.name(), internals.socketRoute(state, path));
    }
    String override = request.getHeader(Header.X_HTTP_METHOD_OVERRIDE);
    HandlerType method =
        HandlerType.findOrDefault(override == null ? request.getMethod() : override);
    return () -> named(method.name(), http(method, path));
  }

  private @Nullable String http(HandlerType method, String path) {
    String found = internals.httpRoute(state, method, path);
    // If there is no HEAD handler, Javalin answers HEAD for a path with a GET handler, without
    // running that handler.
    return found == null && method.equals(HandlerType.HEAD)
        ? internals.httpRoute(state, HandlerType.GET, path)
        : found;
  }

  private static String named(String method, @Nullable String path) {
    return path == null ? UNMATCHED : method + " " + path;
  }
}
