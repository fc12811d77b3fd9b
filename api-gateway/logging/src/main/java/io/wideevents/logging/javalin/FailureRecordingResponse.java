package io.wideevents.logging.javalin;

import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;

/**
 * A response that records when Javalin fails to write it completely. Javalin reports that only by
 * setting a status, which does not reach the client after the response is committed.
 */
final class FailureRecordingResponse extends HttpServletResponseWrapper {
  private final RequestScope scope;

  FailureRecordingResponse(HttpServletResponse response, RequestScope scope) {
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
