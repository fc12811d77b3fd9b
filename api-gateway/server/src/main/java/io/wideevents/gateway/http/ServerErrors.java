package io.wideevents.gateway.http;

import io.wideevents.gateway.metrics.GatewayMetrics;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/**
 * Writes problem documents for requests that Jetty itself rejects: malformed HTTP, or requests
 * while the server stops.
 */
final class ServerErrors extends ErrorHandler {
  private final ReplyWriter writer = new ReplyWriter();
  private final GatewayMetrics metrics;
  private final Rejections rejections;
  private final Lingering lingering;

  ServerErrors(GatewayMetrics metrics, Rejections rejections, Lingering lingering) {
    this.rejections = rejections;
    this.metrics = metrics;
    this.lingering = lingering;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    int status =
        request.getAttribute(ERROR_EXCEPTION) instanceof HttpException refused
            ? refused.getCode()
            : response.getStatus();
    Problem problem = problem(status);
    if (isOpen(request)) {
      metrics.requestRefused(problem.code());
      rejections.request(request, problem);
    }
    response.setStatus(problem.status());
    ProblemBody body = ProblemBody.of(problem, request, writer);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, body.mediaType());
    problem.headers().forEach(response.getHeaders()::put);
    lingering.answer(request, response, callback, body.bytes());
    return true;
  }

  /**
   * False when the headers ended because the connection was closed, perhaps by the guard for
   * slowness. Such a request is not counted as malformed.
   */
  private static boolean isOpen(Request request) {
    return request.getConnectionMetaData().getConnection().getEndPoint().isOpen();
  }

  /** The problem for a status that Jetty or Javalin set. */
  static Problem problem(int status) {
    return switch (status) {
      case 414 -> Problems.uriTooLong();
      case 417 -> Problems.expectationFailed();
      case 431 -> Problems.headersTooLarge();
      case 503 -> Problems.draining();
      case 505 -> Problems.httpVersionNotSupported();
      default -> status < 500 ? Problems.badRequest() : Problems.internalError();
    };
  }
}
