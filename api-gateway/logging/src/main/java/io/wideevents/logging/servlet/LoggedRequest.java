package io.wideevents.logging.servlet;

import io.wideevents.logging.Contained;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;

/**
 * A request whose asynchronous processing is watched from its start. A listener that is added later
 * could miss the end.
 */
final class LoggedRequest extends HttpServletRequestWrapper {
  private final RequestState state;

  LoggedRequest(HttpServletRequest request, RequestState state) {
    super(request);
    this.state = state;
  }

  @Override
  public AsyncContext startAsync() {
    return watched(super.startAsync());
  }

  @Override
  public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
    return watched(super.startAsync(request, response));
  }

  private AsyncContext watched(AsyncContext async) {
    Contained.run(() -> state.asyncStarted(async));
    return async;
  }
}
