package io.wideevents.gateway.http;

import io.wideevents.otlp.OtlpEncoding;
import io.wideevents.otlp.OtlpResponse;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * The body of the response to a failed request. It is a problem document, except for OTLP, which
 * requires its own message in the encoding of the request.
 */
final class ProblemBody {
  private final String mediaType;
  private final byte[] bytes;

  private ProblemBody(String mediaType, byte[] bytes) {
    this.mediaType = mediaType;
    this.bytes = bytes;
  }

  String mediaType() {
    return mediaType;
  }

  byte[] bytes() {
    return bytes;
  }

  static ProblemBody of(Problem problem, Request request, ReplyWriter writer) {
    String path = request.getHttpURI().getPath();
    return of(
        problem,
        path == null ? "" : path,
        request.getHeaders().get(HttpHeader.CONTENT_TYPE),
        writer);
  }

  /**
   * @param contentType of the request; null if the request has none
   */
  static ProblemBody of(
      Problem problem, String path, @Nullable String contentType, ReplyWriter writer) {
    Optional<OtlpEncoding> encoding =
        OtlpPaths.contain(path) ? OtlpHandler.encoding(contentType) : Optional.empty();
    return encoding
        .map(
            of ->
                new ProblemBody(
                    of.mediaType(),
                    OtlpResponse.status(
                        of,
                        "%s: %s. %s".formatted(problem.code(), problem.detail(), problem.fix()),
                        problem.status() == 400 ? problem.errors() : List.of())))
        .orElseGet(() -> new ProblemBody(Problem.MEDIA_TYPE, writer.write(problem)));
  }
}
