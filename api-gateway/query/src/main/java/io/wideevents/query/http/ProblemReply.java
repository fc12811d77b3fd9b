package io.wideevents.query.http;

import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.wideevents.query.QueryException;
import tools.jackson.core.JsonGenerator;

/** Answers a request with the problem document of RFC 9457, in the form of the ingest API. */
final class ProblemReply {
  private static final String MEDIA_TYPE = "application/problem+json";
  private static final String TYPE_PREFIX = "urn:wide-events:problem:";

  private ProblemReply() {}

  static void send(QueryException problem, Context ctx) {
    ctx.status(problem.status()).contentType(MEDIA_TYPE).header("Cache-Control", "no-store");
    problem.headers().forEach(ctx::header);
    ctx.result(JsonReply.object(json -> writeTo(json, problem)));
  }

  static void writeTo(JsonGenerator json, QueryException problem) {
    json.writeStringProperty("type", TYPE_PREFIX + problem.code());
    json.writeStringProperty("title", HttpStatus.forStatus(problem.status()).getMessage());
    json.writeNumberProperty("status", problem.status());
    json.writeStringProperty("detail", problem.detail());
    json.writeStringProperty("code", problem.code());
    json.writeStringProperty("fix", problem.fix());
    problem.position().ifPresent(at -> json.writeNumberProperty("position", at));
  }
}
