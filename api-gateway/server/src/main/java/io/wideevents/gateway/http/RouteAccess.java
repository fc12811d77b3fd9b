package io.wideevents.gateway.http;

import io.javalin.security.RouteRole;
import io.wideevents.gateway.access.Scope;
import java.util.Optional;

/** The scope that a route requires. Every route declares one. */
enum RouteAccess implements RouteRole {
  /** No key is needed: health, metrics and the API description contain no events. */
  PUBLIC(Optional.empty()),
  INGEST(Optional.of(Scope.INGEST)),
  QUERY(Optional.of(Scope.QUERY)),
  ADMIN(Optional.of(Scope.ADMIN));

  private final Optional<Scope> scope;

  RouteAccess(Optional<Scope> scope) {
    this.scope = scope;
  }

  Optional<Scope> scope() {
    return scope;
  }
}
