package io.wideevents.gateway.http;

import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Removes the header by which Javalin recognizes a WebSocket request, so that the request is
 * handled like any other. Javalin would open a session for such a request on any path and keep the
 * session in memory until the process ends. Safe for concurrent use.
 */
final class NoWebSockets extends Handler.Wrapper {
  private static final HttpHeader VERSION = HttpHeader.SEC_WEBSOCKET_VERSION;

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    HttpFields headers = request.getHeaders();
    if (!headers.contains(VERSION)) {
      return super.handle(request, response, callback);
    }
    HttpFields others = HttpFields.build(headers).remove(VERSION).asImmutable();
    return super.handle(new WithHeaders(request, others), response, callback);
  }

  private static final class WithHeaders extends Request.Wrapper {
    private final HttpFields headers;

    WithHeaders(Request request, HttpFields headers) {
      super(request);
      this.headers = headers;
    }

    @Override
    public HttpFields getHeaders() {
      return headers;
    }
  }
}
