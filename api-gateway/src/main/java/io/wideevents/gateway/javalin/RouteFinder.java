package io.wideevents.gateway.javalin;

import io.javalin.config.JavalinState;
import io.javalin.http.HandlerType;
import io.javalin.http.Header;
import io.javalin.router.ParsedEndpoint;
import io.javalin.websocket.WsHandlerEntry;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds the route of a request as Javalin does, without asking Javalin's context: there is none
 * where a filter answers or a WebSocket begins, and none that knows its route where a handler skips
 * the remaining ones. Safe for concurrent use.
 */
final class RouteFinder {
  private static final String UNMATCHED = "unmatched";

  private final JavalinState state;

  RouteFinder(JavalinState state) {
    this.state = state;
  }

  /** The route of a request, found when it is asked for; the request may be gone by then. */
  Supplier<String> of(HttpServletRequest request) {
    String uri = request.getRequestURI();
    String context = request.getContextPath();
    String path = uri.startsWith(context) ? uri.substring(context.length()) : uri;
    if (request.getHeader(Header.SEC_WEBSOCKET_VERSION) != null) {
      return () -> webSocket(request.getMethod(), path);
    }
    String override = request.getHeader(Header.X_HTTP_METHOD_OVERRIDE);
    HandlerType method =
        HandlerType.findOrDefault(override == null ? request.getMethod() : override);
    return () -> http(method, path);
  }

  private String http(HandlerType method, String path) {
    ParsedEndpoint found = find(method, path);
    if (found == null && method.equals(HandlerType.HEAD)) {
      // Javalin answers HEAD where there is a GET, without running it.
      found = find(HandlerType.GET, path);
    }
    return found == null ? UNMATCHED : method.name() + " " + found.endpoint.path;
  }

  private @Nullable ParsedEndpoint find(HandlerType method, String path) {
    return state.internalRouter.findFirstHttpHandlerEntry(method, path);
  }

  private String webSocket(String method, String path) {
    WsHandlerEntry found = state.wsRouter.getWsPathMatcher().findEndpointHandlerEntry(path);
    return found == null ? UNMATCHED : method + " " + found.getPath();
  }
}
