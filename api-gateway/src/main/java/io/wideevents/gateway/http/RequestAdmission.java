package io.wideevents.gateway.http;

import io.wideevents.gateway.http.connections.ConnectionGuard;
import io.wideevents.gateway.http.connections.RequestKind;
import io.wideevents.gateway.metrics.GatewayMetrics;
import java.nio.ByteBuffer;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Lets a request pass while fewer are under way than the connections' limits allow; health and
 * metrics always pass. A rejected request is answered before its body is read. Safe for concurrent
 * use.
 */
final class RequestAdmission extends Handler.Wrapper {
  private static final Set<String> RESERVED_PATHS =
      Set.of("/health/live", "/health/ready", "/metrics");

  private final ConnectionGuard connections;
  private final GatewayMetrics metrics;
  private final ReplyWriter writer = new ReplyWriter();

  RequestAdmission(ConnectionGuard connections, GatewayMetrics metrics) {
    this.connections = connections;
    this.metrics = metrics;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    EndPoint client = request.getConnectionMetaData().getConnection().getEndPoint();
    RequestKind kind = kind(request);
    if (!connections.tryBegin(client, kind)) {
      reject(response, callback);
      return true;
    }
    Request.addCompletionListener(request, failure -> connections.end(client, kind));
    return super.handle(request, response, callback);
  }

  private static RequestKind kind(Request request) {
    boolean isRead =
        HttpMethod.GET.is(request.getMethod()) || HttpMethod.HEAD.is(request.getMethod());
    return isRead && RESERVED_PATHS.contains(request.getHttpURI().getPath())
        ? RequestKind.RESERVED
        : RequestKind.COUNTED;
  }

  private void reject(Response response, Callback callback) {
    Problem problem = Problems.tooManyRequests();
    metrics.requestRefused(problem.code());
    response.setStatus(problem.status());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.MEDIA_TYPE);
    problem.headers().forEach(response.getHeaders()::put);
    response.write(true, ByteBuffer.wrap(writer.write(problem)), callback);
  }
}
