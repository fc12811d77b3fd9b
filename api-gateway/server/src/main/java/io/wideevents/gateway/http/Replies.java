package io.wideevents.gateway.http;

import io.javalin.http.Context;
import io.wideevents.gateway.metrics.GatewayMetrics;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends replies and problems as the answer to a request. Safe for concurrent use. */
final class Replies {
  private static final Logger log = LoggerFactory.getLogger(Replies.class);

  private final ReplyWriter writer = new ReplyWriter();
  private final GatewayMetrics metrics;
  private final Lingering lingering;
  private final Rejections rejections;

  Replies(GatewayMetrics metrics, Lingering lingering, Rejections rejections) {
    this.rejections = rejections;
    this.metrics = metrics;
    this.lingering = lingering;
  }

  /**
   * Sets the status and the headers of the reply.
   *
   * @return the body of the reply, for {@link #write}
   */
  byte[] begin(Context ctx, EventsReply reply) {
    rejections.events(ctx, reply.entries());
    reply.problem().ifPresentOrElse(problem -> head(ctx, problem), () -> json(ctx, reply.status()));
    if (!reply.preferences().equals(Preferences.NONE)) {
      ctx.header("Preference-Applied", reply.preferences().applied());
    }
    return writer.write(reply);
  }

  /**
   * Writes the body. Blocks until the connection has accepted it, except for the last 32 KiB, which
   * are buffered.
   */
  static void write(Context ctx, byte[] body) {
    try {
      ctx.outputStream().write(body);
    } catch (IOException | IllegalStateException e) {
      // Jetty throws an IllegalStateException when the connection was closed before 100 Continue
      // was sent.
      log.atDebug().setCause(e).log("Client closed the connection before it read its reply");
    }
  }

  /** Logs the rejected events of a request. */
  void logRejected(Context ctx, List<EventsReply.Entry> entries) {
    rejections.events(ctx, entries);
  }

  /** Counts, logs and answers a request that is rejected as a whole. */
  void send(Context ctx, Problem problem) {
    metrics.requestRefused(problem.code());
    rejections.request(ctx, problem);
    answer(ctx, problem);
  }

  /** Answers a request whose events are counted already. */
  void answer(Context ctx, Problem problem) {
    head(ctx, problem);
    ProblemBody body = ProblemBody.of(problem, ctx.path(), ctx.header("Content-Type"), writer);
    ctx.contentType(body.mediaType());
    byte[] answer = body.bytes();
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
