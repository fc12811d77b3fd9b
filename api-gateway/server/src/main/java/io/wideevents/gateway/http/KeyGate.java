package io.wideevents.gateway.http;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.security.RouteRole;
import io.wideevents.gateway.access.AccessControl;
import io.wideevents.gateway.access.Admission;
import io.wideevents.gateway.access.Caller;
import io.wideevents.gateway.access.Scope;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Checks before the body is read that the request's key has the scope of the route. A route without
 * a {@link RouteAccess} requires the admin scope.
 */
final class KeyGate implements Handler {
  private static final String CALLER = "caller";

  private final AccessControl access;

  KeyGate(AccessControl access) {
    this.access = access;
  }

  @Override
  public void handle(Context ctx) {
    Optional<Scope> needed = needed(ctx.routeRoles());
    if (needed.isEmpty()) {
      return;
    }
    List<String> authorization = Collections.list(ctx.req().getHeaders("Authorization"));
    switch (access.admit(authorization, needed.get())) {
      case Admission.Granted granted -> ctx.attribute(CALLER, granted.caller());
      case Admission.NoKey noKey -> throw new ProblemException(Problems.keyMissing());
      case Admission.UnknownKey unknown -> throw new ProblemException(Problems.keyUnknown());
      case Admission.ScopeMissing missing -> {
        ctx.attribute(CALLER, missing.caller());
        throw new ProblemException(Problems.scopeMissing(missing.needed().label()));
      }
    }
  }

  /** Returns the request's caller; anonymous when the request has no known key. */
  static Caller caller(Context ctx) {
    Caller passed = ctx.attribute(CALLER);
    return passed == null ? Caller.ANONYMOUS : passed;
  }

  private static Optional<Scope> needed(Set<RouteRole> roles) {
    for (RouteRole role : roles) {
      if (role instanceof RouteAccess route) {
        return route.scope();
      }
    }
    return RouteAccess.ADMIN.scope();
  }
}
