package io.wideevents.gateway.javalin;

import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;

/** A response that knows its request's scope, for where Javalin has nothing else at hand. */
final class LoggedResponse extends HttpServletResponseWrapper {
  private final RequestScope scope;

  LoggedResponse(HttpServletResponse response, RequestScope scope) {
    super(response);
    this.scope = scope;
  }

  RequestScope scope() {
    return scope;
  }
}
