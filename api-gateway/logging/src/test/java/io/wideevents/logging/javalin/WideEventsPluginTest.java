package io.wideevents.logging.javalin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.javalin.Javalin;
import io.javalin.http.ForbiddenResponse;
import io.javalin.http.NotFoundResponse;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import io.wideevents.logging.CodedError;
import io.wideevents.logging.LoggingContext;
import io.wideevents.logging.LoggingService;
import io.wideevents.logging.LoggingSettings;
import io.wideevents.logging.LoggingStats;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.bson.BsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WideEventsPluginTest {
  private static final LoggingSettings SETTINGS =
      LoggingSettings.of("shop").timed(Duration.ofSeconds(30), Duration.ofSeconds(30));
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

  private final RecordingLogger tier = new RecordingLogger(Tier.KAFKA);
  private final RecordingLogger spool = new RecordingLogger(Tier.SPOOL);
  private final CountDownLatch released = new CountDownLatch(1);
  private final HttpClient client = HttpClient.newHttpClient();
  private LoggingService logging =
      LoggingService.queued(SETTINGS, tier, spool, InstantSource.system());
  private Javalin javalin = start(logging);

  @AfterEach
  void stop() {
    released.countDown();
    javalin.stop();
    logging.close();
    client.close();
  }

  @Test
  void request_leavesAnEventWithTemplateStatusAndWhatTheHandlerSaid() throws Exception {
    HttpResponse<String> reply = get("/orders/4711?secret=1", "X-Request-Id", "req-1");

    assertThat(reply.headers().firstValue("X-Request-Id")).contains("req-1");
    BsonDocument event = onlyEvent();
    assertThat(text(event, "requestId")).isEqualTo("req-1");
    assertThat(text(event, "service")).isEqualTo("shop");
    assertThat(text(event, "route")).isEqualTo("GET /orders/{id}");
    assertThat(event.getDocument("http").getInt32("status").getValue()).isEqualTo(200);
    assertThat(text(event.getDocument("http"), "method")).isEqualTo("GET");
    assertThat(text(event.getDocument("order"), "id")).isEqualTo("4711");
    assertThat(event.toJson()).doesNotContain("secret=1").doesNotContain("/orders/4711");
  }

  @Test
  void requestId_comesFromTheTraceOrIsMadeWhenTheHeaderIsNotPlain() throws Exception {
    HttpResponse<String> traced =
        get("/orders/1", "traceparent", "00-" + TRACE + "-00f067aa0ba902b7-01");
    HttpResponse<String> hostile = get("/orders/1", "X-Request-Id", "a b{}");

    assertThat(traced.headers().firstValue("X-Request-Id")).contains(TRACE);
    assertThat(hostile.headers().firstValue("X-Request-Id").orElseThrow()).matches("[0-9a-f]{32}");
    assertThat(text(byRequest(2).get(TRACE), "traceId")).isEqualTo(TRACE);
  }

  @Test
  void exceptions_areTheEventsErrorWhateverTheyAreAnsweredWith() throws Exception {
    assertThat(get("/fails", "X-Request-Id", "uncaught").statusCode()).isEqualTo(500);
    assertThat(get("/mapped", "X-Request-Id", "mapped").statusCode()).isEqualTo(418);
    assertThat(get("/forbidden", "X-Request-Id", "answer").statusCode()).isEqualTo(403);
    assertThat(get("/own", "X-Request-Id", "own").statusCode()).isEqualTo(404);
    assertThat(get("/status", "X-Request-Id", "status").statusCode()).isEqualTo(503);
    assertThat(get("/async-fails", "X-Request-Id", "async").statusCode()).isEqualTo(500);
    assertThat(get("/nowhere", "X-Request-Id", "nowhere").statusCode()).isEqualTo(404);
    assertThat(get("/coded", "X-Request-Id", "coded").statusCode()).isEqualTo(409);

    Map<String, BsonDocument> events = byRequest(8);
    assertThat(errorCode(events.get("uncaught"))).isEqualTo("IllegalStateException");
    assertThat(errorCode(events.get("mapped"))).isEqualTo("UnsupportedOperationException");
    assertThat(errorCode(events.get("answer"))).isEqualTo("HTTP_403");
    assertThat(errorCode(events.get("own"))).isEqualTo("CART_EMPTY");
    assertThat(errorCode(events.get("status"))).isEqualTo("HTTP_503");
    assertThat(errorCode(events.get("async"))).isEqualTo("ArithmeticException");
    assertThat(errorCode(events.get("nowhere"))).isEqualTo("HTTP_404");
    assertThat(errorCode(events.get("coded"))).isEqualTo("CART_CHANGED");
    assertThat(text(events.get("nowhere"), "route")).isEqualTo("unmatched");
    // A path may contain ids and secrets, so no field may contain a path.
    assertThat(events.get("nowhere").toString()).contains("Not Found").doesNotContain("/nowhere");
    assertThat(text(events.get("async"), "route")).isEqualTo("GET /async-fails");
  }

  @Test
  void asyncRequests_areFinalizedWithTheirFutureAndCarryTheContext() throws Exception {
    assertThat(get("/async", "X-Request-Id", "async").body()).isEqualTo("done");

    BsonDocument event = onlyEvent();
    assertThat(event.getInt32("inFuture").getValue()).isEqualTo(1);
    assertThat(event).doesNotContainKey("error");
  }

  @Test
  void timeouts_endTheEventOnce() throws Exception {
    assertThat(get("/hangs", "X-Request-Id", "slow").statusCode()).isEqualTo(500);

    assertThat(errorCode(onlyEvent())).isEqualTo("TIMEOUT");
  }

  @Test
  void clientThatGoesAway_isToldInTheEvent() throws Exception {
    try (Socket socket = connect("/large")) {
      assertThat(socket.getInputStream().read()).isEqualTo('H');
      socket.setSoLinger(true, 0);
    }

    assertThat(errorCode(onlyEvent())).isEqualTo("CLIENT_ABORTED");
  }

  @Test
  void threads_areNotLeftWithTheContextOfAnEarlierRequest() throws Exception {
    for (int i = 0; i < 50; i++) {
      assertThat(get("/async", "X-Request-Id", "r" + i).statusCode()).isEqualTo(200);
      assertThat(get("/current", "X-Request-Id", "c" + i).body()).isEqualTo("c" + i);
    }
    assertThat(LoggingContext.current().isRequest()).isFalse();
  }

  @Test
  void head_isLoggedAsTheRouteThatAnswersIt() throws Exception {
    HttpResponse<Void> reply =
        client.send(
            HttpRequest.newBuilder(uri("/orders/1")).HEAD().build(),
            HttpResponse.BodyHandlers.discarding());

    assertThat(reply.statusCode()).isEqualTo(200);
    assertThat(text(onlyEvent(), "route")).isEqualTo("HEAD /orders/{id}");
  }

  @Test
  void unloggedPaths_leaveNoEvent() throws Exception {
    assertThat(get("/private/x", "X-Request-Id", "p").statusCode()).isEqualTo(200);
    get("/current", "X-Request-Id", "c");

    assertThat(byRequest(1)).containsOnlyKeys("c");
  }

  @Test
  void waitingService_hasTheEventBeforeTheReply() throws Exception {
    javalin.stop();
    logging.close();
    logging = LoggingService.waiting(SETTINGS, spool, tier, spool, InstantSource.system());
    javalin = start(logging);

    get("/orders/1", "X-Request-Id", "journalled");
    get("/async-fails", "X-Request-Id", "journalled-2");

    assertThat(spool.durable().values())
        .extracting(EncodedEvent::requestId)
        .containsExactly("journalled", "journalled-2");
  }

  /** Over real HTTP: each request has one event, however the request ends. */
  @Test
  void everyRequest_leavesExactlyOneEvent() throws Exception {
    String[] paths = {"/orders/1", "/fails", "/async", "/async-fails", "/hangs", "/large", "/own"};
    int requests = 700;
    List<Future<?>> running = new ArrayList<>();
    try (var callers = Executors.newFixedThreadPool(16)) {
      for (int i = 0; i < requests; i++) {
        String path = paths[i % paths.length];
        boolean abort = path.equals("/large") || i % 10 == 3;
        running.add(callers.submit(() -> abort ? abort(path) : call(path)));
      }
      for (Future<?> call : running) {
        call.get(5, TimeUnit.MINUTES);
      }
    }

    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> logging.stats().finalized() >= requests && logging.stats().inFlight() == 0);
    LoggingStats stats = logging.stats();
    assertThat(stats.finalized()).isEqualTo(requests);
    assertThat(stats.durableTotal()).isEqualTo(requests);
    assertThat(tier.durable()).hasSize(requests);
  }

  private Void call(String path) throws IOException, InterruptedException {
    get(path, "X-Request-Id", "call");
    return null;
  }

  /**
   * Sends a whole request and closes the connection; for a large reply, after the reply has begun.
   */
  private Void abort(String path) throws IOException {
    try (Socket socket = connect(path)) {
      if (path.equals("/large")) {
        int first = socket.getInputStream().read();
        assertThat(first).isEqualTo('H');
      } else {
        // The request must have arrived, or there is none to leave an event.
        socket.shutdownOutput();
        socket.getInputStream().read();
      }
      socket.setSoLinger(true, 0);
    }
    return null;
  }

  private Socket connect(String path) throws IOException {
    return RawHttp.send(
        javalin.port(),
        "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  }

  private Javalin start(LoggingService service) {
    Executor executor = Executors.newCachedThreadPool(Thread.ofPlatform().daemon().factory());
    return Javalin.create(
            config -> {
              config.startup.showJavalinBanner = false;
              // Far off: Javalin itself has a race between a timeout and an answer in time.
              config.http.asyncTimeout = 120_000;
              config.routes.get(
                  "/orders/{id}",
                  ctx -> {
                    LoggingContext.current().set("order.id", ctx.pathParam("id"));
                    ctx.result("order");
                  });
              // Registered in the middle: the order must not matter.
              config.registerPlugin(
                  new WideEventsPlugin(service, path -> !path.startsWith("/private")));
              config.routes.get("/private/x", ctx -> ctx.result("x"));
              config.routes.get(
                  "/current", ctx -> ctx.result(LoggingContext.current().requestId()));
              config.routes.get(
                  "/fails",
                  ctx -> {
                    throw new IllegalStateException("broken");
                  });
              config.routes.get(
                  "/mapped",
                  ctx -> {
                    throw new UnsupportedOperationException("teapot");
                  });
              config.routes.get(
                  "/forbidden",
                  ctx -> {
                    throw new ForbiddenResponse("no");
                  });
              config.routes.get(
                  "/coded",
                  ctx -> {
                    throw new CartException();
                  });
              config.routes.get(
                  "/own",
                  ctx -> {
                    WideEventsPlugin.contextOf(ctx).error("CART_EMPTY", "Nothing in it");
                    throw new NotFoundResponse("empty");
                  });
              config.routes.get("/status", ctx -> ctx.status(503));
              config.routes.get(
                  "/async",
                  ctx ->
                      ctx.future(
                          () ->
                              CompletableFuture.runAsync(
                                      () -> LoggingContext.current().set("inFuture", 1),
                                      LoggingContext.wrap(executor))
                                  .thenRun(() -> ctx.result("done"))));
              config.routes.get(
                  "/async-fails",
                  ctx ->
                      ctx.future(
                          () ->
                              CompletableFuture.runAsync(
                                  () -> {
                                    throw new ArithmeticException("1/0");
                                  },
                                  executor)));
              config.routes.get(
                  "/hangs",
                  ctx ->
                      ctx.future(
                          () -> {
                            ctx.req().getAsyncContext().setTimeout(300);
                            return new CompletableFuture<>();
                          }));
              config.routes.get("/large", ctx -> ctx.result(new byte[64 << 20]));
              config.routes.exception(
                  UnsupportedOperationException.class, (e, ctx) -> ctx.status(418));
              config.routes.exception(CartException.class, (e, ctx) -> ctx.status(409));
            })
        .start("127.0.0.1", 0);
  }

  private static final class CartException extends RuntimeException implements CodedError {
    private static final long serialVersionUID = 1;

    @Override
    public String errorCode() {
      return "CART_CHANGED";
    }
  }

  private HttpResponse<String> get(String path, String header, String value)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(uri(path))
            .header(header, value)
            .timeout(Duration.ofSeconds(60))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + javalin.port() + path);
  }

  private BsonDocument onlyEvent() {
    return byRequest(1).values().iterator().next();
  }

  private Map<String, BsonDocument> byRequest(int count) {
    await().atMost(Duration.ofSeconds(60)).until(() -> tier.durable().size() >= count);
    assertThat(tier.durable()).hasSize(count);
    return tier.durable().values().stream()
        .collect(
            Collectors.toMap(EncodedEvent::requestId, event -> event.document(Tier.KAFKA).bson()));
  }

  private static String text(BsonDocument document, String name) {
    return document.getString(name).getValue();
  }

  private static String errorCode(BsonDocument event) {
    return text(event.getDocument("error"), "code");
  }
}
