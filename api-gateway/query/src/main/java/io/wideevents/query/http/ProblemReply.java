package io.wideevents.query.http;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.wideevents.query.QueryException;
import java.io.ByteArrayOutputStream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Answers a request with the problem document of RFC 9457, in the form of the ingest API. */
final class ProblemReply {
  private static final String MEDIA_TYPE = "application/problem+json";
  private static final String TYPE_PREFIX = "urn:wide-events:problem:";
  private static final JsonFactory JSON = new JsonFactory();

  private ProblemReply() {}

  static void send(QueryException problem, Context ctx) {
    ctx.status(problem.status()).contentType(MEDIA_TYPE).header("Cache-Control", "no-store");
    problem.headers().forEach(ctx::header);
    ctx.result(body(problem));
  }

  private static byte[] body(QueryException problem) {
    var bytes = new ByteArrayOutputStream(256);
    try (JsonGenerator out = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      out.writeStartObject();
      out.writeStringProperty("type", TYPE_PREFIX + problem.code());
      out.writeStringProperty("title", HttpStatus.forStatus(problem.status()).getMessage());
      out.writeNumberProperty("status", problem.status());
      out.writeStringProperty("detail", problem.detail());
      out.writeStringProperty("code", problem.code());
      out.writeStringProperty("fix", problem.fix());
      problem.position().ifPresent(at -> out.writeNumberProperty("position", at));
      out.writeEndObject();
    }
    return bytes.toByteArray();
  }
}
