package io.wideevents.logging.javalin;

import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;

/**
 * A response that notes when Javalin fails to write it to its end. Javalin reports that by a status
 * alone, which is too late for the client when the reply has begun.
 */
final class LoggedResponse extends HttpServletResponseWrapper {
  private final RequestScope scope;

  LoggedResponse(HttpServletResponse response, RequestScope scope) {
    super(response);
    this.scope = scope;
  }

  @Override
  public void setStatus(int status) {
    if (isCommitted()) {
      scope.statusTooLate(status);
    }
    super.setStatus(status);
  }
}
