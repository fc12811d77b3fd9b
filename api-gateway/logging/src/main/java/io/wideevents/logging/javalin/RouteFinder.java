package io.wideevents.logging.javalin;

import io.javalin.config.JavalinState;
import io.javalin.http.HandlerType;
import io.javalin.http.Header;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds the route of a request that none of the application's HTTP handlers has run for: a filter
 * or a guard answered it, it is a HEAD that Javalin answers itself, or a WebSocket upgrade. Safe
 * for concurrent use.
 */
final class RouteFinder {
  static final String UNMATCHED = "unmatched";

  private final JavalinState state;
  private final JavalinInternals internals;

  RouteFinder(JavalinState state, JavalinInternals internals) {
    this.state = state;
    this.internals = internals;
  }

  /** Whether Javalin looks for a socket instead of a handler, whatever else the client asks. */
  private static boolean isForSockets(HttpServletRequest request) {
    return request.getHeader(Header.SEC_WEBSOCKET_VERSION) != null;
  }

  /** The route of a request, found when it is asked for; the request may be gone by then. */
  Supplier<String> of(HttpServletRequest request) {
    String uri = request.getRequestURI();
    String context = request.getContextPath();
    String path = uri.startsWith(context) ? uri.substring(context.length()) : uri;
    if (isForSockets(request)) {
      // As Javalin names it. The client's own method may be any word, and a route has few values.
      return () -> named(HandlerType.GET.name(), internals.socketRoute(state, path));
    }
    String override = request.getHeader(Header.X_HTTP_METHOD_OVERRIDE);
    HandlerType method =
        HandlerType.findOrDefault(override == null ? request.getMethod() : override);
    return () -> named(method.name(), http(method, path));
  }

  private @Nullable String http(HandlerType method, String path) {
    String found = internals.httpRoute(state, method, path);
    // Javalin answers HEAD where there is a GET, without running it.
    return found == null && method.equals(HandlerType.HEAD)
        ? internals.httpRoute(state, HandlerType.GET, path)
        : found;
  }

  private static String named(String method, @Nullable String path) {
    return path == null ? UNMATCHED : method + " " + path;
  }
}
