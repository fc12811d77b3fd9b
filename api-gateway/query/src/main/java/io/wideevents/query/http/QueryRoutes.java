package io.wideevents.query.http;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.security.RouteRole;
import io.micrometer.core.instrument.MeterRegistry;
import io.wideevents.query.QueryException;
import io.wideevents.query.compare.CompareQuery;
import io.wideevents.query.compare.CompareReply;
import io.wideevents.query.compare.CompareRequest;
import io.wideevents.query.config.QuerySettings;
import io.wideevents.query.stats.StatsQuery;
import io.wideevents.query.stats.StatsReply;
import io.wideevents.query.stats.StatsRequest;
import io.wideevents.query.store.EventStore;
import io.wideevents.query.trace.EventTrace;
import io.wideevents.query.trace.GatewayView;
import io.wideevents.query.trace.PipelinePanel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.exc.JacksonIOException;

/** The routes of the query API and of the page. Closing it ends the open tails. */
public final class QueryRoutes implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(QueryRoutes.class);

  private final EventStore store;
  private final QuerySettings settings;
  private final InstantSource clock;
  private final QueryMeters meters;
  private final TailHandler tails;
  private final TraceHandler trace;
  private final PipelineHandler pipeline;
  private final Callers callers;
  private final ReplyPermits replies;

  public QueryRoutes(
      EventStore store,
      QuerySettings settings,
      GatewayView gateway,
      InstantSource clock,
      MeterRegistry registry,
      Callers callers) {
    this.store = store;
    this.settings = settings;
    this.clock = clock;
    this.meters = new QueryMeters(registry, store);
    this.callers = callers;
    this.tails = new TailHandler(store, callers::admits);
    this.trace = new TraceHandler(new EventTrace(store, gateway.spool(), gateway.topics()));
    this.pipeline =
        new PipelineHandler(
            new PipelinePanel(gateway.state(), gateway.topics()), settings.traceLink());
    this.replies =
        new ReplyPermits(
            ReplyPermits.atOnce(settings.concurrency(), Runtime.getRuntime().maxMemory()));
  }

  /**
   * Adds the routes. Called once, before the server starts.
   *
   * @param query role of a route whose caller needs a key with the scope {@code query}
   * @param open role of a route that needs no key
   */
  public void register(RoutesConfig routes, RouteRole query, RouteRole open) {
    SearchHandler search = new SearchHandler(store, clock, callers::admits);
    FieldsHandler fields = new FieldsHandler(store, clock);
    routes.get("/v1/events", limited("events", search::list), query);
    routes.get("/v1/events/{eventId}", limited("event", search::one), query);
    // A trace has a separate limit and a small reply.
    routes.get("/v1/events/{eventId}/trace", measured("trace", trace::handle), query);
    routes.get("/v1/pipeline", measured("pipeline", pipeline::handle), query);
    routes.get("/v1/requests/{requestId}", limited("request", search::ofRequest), query);
    routes.get("/v1/fields", limited("fields", fields::fields), query);
    routes.get("/v1/fields/{name}/values", limited("values", fields::values), query);
    routes.post("/v1/query", posted("query", this::statistics), query);
    routes.post("/v1/compare", posted("compare", this::comparison), query);
    // Tails have a separate limit, so they do not count among the other replies.
    routes.get("/v1/tail", measured("tail", tails::handle), query);
    byte[] description = description();
    Handler describe = ctx -> ctx.contentType("application/yaml").result(description);
    routes.get("/query-openapi.yaml", describe, open);
    routes.head("/query-openapi.yaml", describe, open);
    if (settings.page()) {
      PageFiles files = new PageFiles();
      routes.get("/ui", files::index, open);
      routes.head("/ui", files::index, open);
      routes.get("/ui/<file>", files::file, open);
      routes.head("/ui/<file>", files::file, open);
    }
    routes.exception(QueryException.class, ProblemReply::send);
  }

  /** Ends the tails. Does not wait for them. Idempotent. */
  @Override
  public void close() {
    tails.close();
  }

  private byte[] statistics(byte[] body, EventStore.Reads reads) {
    return StatsReply.of(StatsQuery.run(StatsRequest.parse(body, clock.instant()), reads));
  }

  private byte[] comparison(byte[] body, EventStore.Reads reads) {
    return CompareReply.of(CompareQuery.run(CompareRequest.parse(body, clock.instant()), reads));
  }

  /** Computes the JSON reply to the body of a request. */
  private interface Answer {
    byte[] to(byte[] body, EventStore.Reads reads);
  }

  private Handler posted(String endpoint, Answer answer) {
    return measured(
        endpoint,
        ctx -> {
          // A client that does not send its body must not count among the replies.
          byte[] body = QueryBody.read(ctx);
          limit(
              ctx,
              passed -> {
                try (EventStore.Reads reads = store.reads()) {
                  byte[] reply = answer.to(body, reads);
                  passed.contentType(JsonReply.MEDIA_TYPE);
                  // Written here, because the reply counts until the client has read it. The time
                  // for that begins after the query.
                  new ReplyOutput(passed).write(reply);
                }
              });
        });
  }

  /** A handler whose replies take memory while the client reads them. */
  private Handler limited(String endpoint, Handler handler) {
    return measured(endpoint, ctx -> limit(ctx, handler));
  }

  private void limit(Context ctx, Handler handler) throws Exception {
    Runnable release = replies.take(callers.name(ctx));
    try {
      handler.handle(ctx);
    } finally {
      release.run();
    }
  }

  private Handler measured(String endpoint, Handler handler) {
    meters.register(endpoint);
    return ctx -> {
      long start = System.nanoTime();
      String outcome = "failed";
      try {
        begin(ctx);
        handler.handle(ctx);
        outcome = QueryMeters.OK;
      } catch (QueryException e) {
        outcome = e.code();
        throw e;
      } catch (IOException | JacksonIOException e) {
        outcome = "client_gone";
        log.atDebug().setCause(e).log("Client closed the connection before it read its reply");
      } finally {
        meters.ended(endpoint, outcome, Duration.ofNanos(System.nanoTime() - start));
      }
    };
  }

  private static byte[] description() {
    try (InputStream in =
        Objects.requireNonNull(QueryRoutes.class.getResourceAsStream("query-openapi.yaml"))) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read query-openapi.yaml from our own jar", e);
    }
  }

  private static void begin(Context ctx) {
    // Compression would take CPU time from posts of events.
    ctx.disableCompression().header("Cache-Control", "no-store");
  }
}
