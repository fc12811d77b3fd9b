package io.wideevents.gateway.http;

import io.javalin.config.RoutesConfig;
import io.javalin.security.RouteRole;

/** Routes that another module adds to the server. They share its limits, keys and connections. */
@FunctionalInterface
public interface ExtraRoutes {
  /** Adds no route. */
  ExtraRoutes NONE = (routes, query, open) -> {};

  /**
   * Adds the routes and the handlers of their exceptions. Called once, before the server starts.
   *
   * @param query role of a route whose caller needs a key with the scope {@code query}
   * @param open role of a route that needs no key
   */
  void register(RoutesConfig routes, RouteRole query, RouteRole open);
}
