package io.wideevents.gateway.http;

import io.javalin.security.RouteRole;
import io.wideevents.gateway.access.Scope;
import java.util.Optional;

/** What a route asks of its callers; every route says it. */
enum RouteAccess implements RouteRole {
  /** Nothing: health, metrics and the description of the API hold no event. */
  PUBLIC(Optional.empty()),
  INGEST(Optional.of(Scope.INGEST)),
  QUERY(Optional.of(Scope.QUERY)),
  ADMIN(Optional.of(Scope.ADMIN));

  private final Optional<Scope> scope;

  RouteAccess(Optional<Scope> scope) {
    this.scope = scope;
  }

  /** The scope a key must have; empty when none is needed. */
  Optional<Scope> scope() {
    return scope;
  }
}
