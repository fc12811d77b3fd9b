package io.wideevents.gateway.http;

import io.wideevents.gateway.metrics.GatewayMetrics;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** Answers in our form where the server itself refuses: malformed HTTP, or while it stops. */
final class ServerErrors extends ErrorHandler {
  private final ReplyWriter writer = new ReplyWriter();
  private final GatewayMetrics metrics;

  ServerErrors(GatewayMetrics metrics) {
    this.metrics = metrics;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    int status =
        request.getAttribute(ERROR_EXCEPTION) instanceof HttpException refused
            ? refused.getCode()
            : response.getStatus();
    Problem problem = problem(status);
    metrics.requestRefused(problem.code());
    response.setStatus(problem.status());
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.MEDIA_TYPE);
    problem.headers().forEach(response.getHeaders()::put);
    response.write(true, ByteBuffer.wrap(writer.write(problem)), callback);
    return true;
  }

  private static Problem problem(int status) {
    if (status == 503) {
      return Problems.draining();
    }
    return status < 500 ? Problems.badRequest(status) : Problems.internalError();
  }
}
