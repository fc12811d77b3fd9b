package io.wideevents.gateway.http;

import io.javalin.http.Context;
import io.wideevents.gateway.metrics.GatewayMetrics;

/** Sends replies and problems as the answer to a request. Safe for concurrent use. */
final class Replies {
  private final ReplyWriter writer = new ReplyWriter();
  private final GatewayMetrics metrics;
  private final Lingering lingering;

  Replies(GatewayMetrics metrics, Lingering lingering) {
    this.metrics = metrics;
    this.lingering = lingering;
  }

  void send(Context ctx, EventsReply reply) {
    reply.problem().ifPresentOrElse(problem -> head(ctx, problem), () -> json(ctx, reply.status()));
    ctx.result(writer.write(reply));
  }

  /** Answers a request that is refused as a whole. */
  void send(Context ctx, Problem problem) {
    metrics.requestRefused(problem.code());
    head(ctx, problem);
    byte[] answer = writer.write(problem);
    if (!problem.closesConnection() || !lingering.answer(ctx, answer)) {
      ctx.result(answer);
    }
  }

  private static void head(Context ctx, Problem problem) {
    ctx.status(problem.status()).contentType(Problem.MEDIA_TYPE);
    problem.headers().forEach(ctx::header);
  }

  private static void json(Context ctx, int status) {
    ctx.status(status).contentType("application/json");
  }
}
