package io.wideevents.logging.javalin;

import io.wideevents.logging.Contained;
import io.wideevents.logging.RequestIds;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Begins an event for each request that no handler accepts, so that the server itself answers it:
 * {@code OPTIONS *}, {@code CONNECT}, and paths outside of the application's context path. Such
 * requests reach no filter. Sends no reply.
 */
final class UnhandledRequests extends Handler.Wrapper {
  private final RequestStart start;

  UnhandledRequests(RequestStart start) {
    this.start = start;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    boolean isHandled = super.handle(request, response, callback);
    if (!isHandled) {
      Contained.run(() -> begin(request, response));
    }
    return isHandled;
  }

  private void begin(Request request, Response response) {
    String path = request.getHttpURI().getPath();
    if (start.isLogged(path == null ? "" : path)) {
      RequestScope scope = start.begin(request, () -> RouteFinder.UNMATCHED);
      response.getHeaders().put(RequestIds.HEADER, scope.context().requestId());
    }
  }
}
