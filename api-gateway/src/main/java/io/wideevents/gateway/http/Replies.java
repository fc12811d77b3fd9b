package io.wideevents.gateway.http;

import io.javalin.http.Context;

/** Sends replies and problems as the answer to a request. Safe for concurrent use. */
final class Replies {
  private final ReplyWriter writer = new ReplyWriter();

  void send(Context ctx, EventsReply reply) {
    reply.problem().ifPresentOrElse(problem -> head(ctx, problem), () -> json(ctx, reply.status()));
    ctx.result(writer.write(reply));
  }

  void send(Context ctx, Problem problem) {
    head(ctx, problem);
    ctx.result(writer.write(problem));
  }

  private static void head(Context ctx, Problem problem) {
    ctx.status(problem.status()).contentType(Problem.MEDIA_TYPE);
    problem.headers().forEach(ctx::header);
  }

  private static void json(Context ctx, int status) {
    ctx.status(status).contentType("application/json");
  }
}
