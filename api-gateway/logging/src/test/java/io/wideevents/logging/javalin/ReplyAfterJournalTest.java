package io.wideevents.logging.javalin;

import static org.assertj.core.api.Assertions.assertThat;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.UnauthorizedResponse;
import io.javalin.http.staticfiles.Location;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.Tier;
import io.wideevents.logging.LoggingService;
import io.wideevents.logging.LoggingSettings;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.server.handler.gzip.GzipHandler;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The event of every kind of request has its route and its status. With a journal, no byte of the
 * reply is sent before the event is in the journal.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReplyAfterJournalTest {
  private static final LoggingSettings SETTINGS =
      LoggingSettings.of("shop").timed(Duration.ofSeconds(30), Duration.ofSeconds(30));

  /**
   * One request and what its event must say.
   *
   * @param more further header lines
   * @param error the event's error code; null for none
   * @param known whether the error is known before the reply begins
   */
  record Case(
      String request,
      String more,
      int status,
      String route,
      @Nullable String error,
      boolean known) {
    @Override
    public String toString() {
      return request + (more.isEmpty() ? "" : " (" + more.strip() + ")");
    }
  }

  private static final String UPGRADE =
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
          + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

  static Stream<Case> cases() {
    return Stream.of(
        ok("GET /orders/1", 200, "GET /orders/{id}"),
        ok("HEAD /orders/1", 200, "HEAD /orders/{id}"),
        ok("GET /orders/1?guard=status", 401, "GET /orders/{id}"),
        failing("GET /orders/1?guard=throw", 401, "GET /orders/{id}", "HTTP_401"),
        failing("GET /orders/1?guard=status503", 503, "GET /orders/{id}", "HTTP_503"),
        ok("GET /orders/1?guard=writes", 200, "GET /orders/{id}"),
        ok("GET /orders/1?guard=redirect", 302, "GET /orders/{id}"),
        ok("POST /orders/1?guard=status", 401, "unmatched"),
        ok("GET /nothing?guard=status", 401, "unmatched"),
        ok("GET /stream", 200, "GET /stream"),
        ok("GET /writer", 201, "GET /writer"),
        ok("GET /flush", 202, "GET /flush"),
        ok("GET /large", 200, "GET /large"),
        ok("GET /input", 200, "GET /input"),
        ok("GET /reset", 203, "GET /reset"),
        ok("GET /empty", 204, "GET /empty"),
        ok("GET /sse", 200, "GET /sse"),
        ok("GET /future", 200, "GET /future"),
        failing("GET /future-fails", 500, "GET /future-fails", "ArithmeticException"),
        ok("GET /async-servlet", 206, "GET /async-servlet"),
        failing("GET /send-error", 503, "GET /send-error", "HTTP_503"),
        ok("GET /send-error-404", 404, "GET /send-error-404"),
        failing("GET /fails", 500, "GET /fails", "IllegalStateException"),
        failing("GET /error", 500, "GET /error", "StackOverflowError"),
        failing("GET /mapped", 418, "GET /mapped", "UnsupportedOperationException"),
        failing("GET /after-fails", 500, "GET /after-fails", "IllegalArgumentException"),
        failing("GET /own-io", 500, "GET /own-io", "HTTP_500"),
        failing("GET /filtered?filter=throws", 500, "GET /filtered", "IllegalStateException"),
        ok("GET /filtered?filter=answers", 429, "GET /filtered"),
        failing("GET /nothing", 404, "unmatched", "HTTP_404"),
        failing("DELETE /orders/1", 405, "unmatched", "HTTP_405"),
        failing("OPTIONS /orders/1", 405, "unmatched", "HTTP_405"),
        failing("HEAD /nothing", 404, "unmatched", "HTTP_404"),
        new Case(
            "POST /orders/1",
            "X-HTTP-Method-Override: GET\r\n",
            200,
            "GET /orders/{id}",
            null,
            true),
        ok("GET /files/a/b/c", 200, "GET /files/<path>"),
        ok("GET /wild/a/b", 200, "GET /wild/*"),
        ok("GET /redirects", 302, "GET /redirects"),
        ok("GET /page/deep/link", 200, "unmatched"),
        failing("GET /mapper-fails", 500, "GET /mapper-fails", "ArrayStoreException"),
        failing("GET /future-mapped", 409, "GET /future-mapped", "IllegalMonitorStateException"),
        ok("GET /after-status", 203, "GET /after-status"),
        failing("GET /hangs", 500, "GET /hangs", "TIMEOUT"),
        ok("GET /static/hello.txt", 200, "unmatched"),
        // The reply has begun by then: with a journal the event is closed already.
        late("GET /committed-fails", 200, "GET /committed-fails", "IllegalStateException"),
        late("GET /input-fails", 200, "GET /input-fails", "HTTP_500"),
        new Case("GET /ws/7", UPGRADE, 101, "GET /ws/{id}", null, true),
        new Case("GET /ws/7?guard=throw", UPGRADE, 401, "GET /ws/{id}", "HTTP_401", true),
        new Case("GET /ws/7?guard=skip", UPGRADE, 403, "GET /ws/{id}", null, true),
        new Case("GET /nothing", UPGRADE, 404, "unmatched", "HTTP_404", true),
        new Case("GET /large", "Accept-Encoding: gzip\r\n", 200, "GET /large", null, true));
  }

  private final SeenEvents journal = new SeenEvents(Tier.SPOOL);
  private final RecordingLogger spool = new RecordingLogger(Tier.SPOOL);
  private final RecordingLogger tier = new RecordingLogger(Tier.KAFKA);
  private final CountDownLatch released = new CountDownLatch(1);

  private final LoggingService waiting =
      LoggingService.waiting(SETTINGS, journal, tier, spool, InstantSource.system());
  private final LoggingService queued =
      LoggingService.queued(SETTINGS, journal, spool, InstantSource.system());
  private @Nullable Javalin withJournal;
  private @Nullable Javalin withoutJournal;

  @BeforeAll
  void start() {
    withJournal = start(waiting);
    withoutJournal = start(queued);
  }

  @AfterEach
  void open() {
    journal.open();
    journal.clear();
  }

  @AfterAll
  void stop() {
    released.countDown();
    withJournal.stop();
    withoutJournal.stop();
    waiting.close();
    queued.close();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void journal_hasTheEventBeforeTheFirstByteOfTheReply(Case request) throws Exception {
    journal.shut();

    try (Socket socket = send(withJournal.port(), request)) {
      BsonDocument event = journal.next();
      int before = socket.getInputStream().available();
      journal.open();
      String status = statusLine(socket);

      assertThat(before).as("bytes of the reply before the event was durable").isZero();
      assertThat(status).contains(" " + request.status());
      check(event, request, request.known());
    }
    assertNoOtherEvent(withJournal);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void event_hasRouteStatusAndError(Case request) throws Exception {
    try (Socket socket = send(withoutJournal.port(), request)) {
      String status = statusLine(socket);
      BsonDocument event = journal.next();

      assertThat(status).contains(" " + request.status());
      check(event, request, true);
    }
    assertNoOtherEvent(withoutJournal);
  }

  @Test
  void interimReply_leavesTheEventOpen() throws Exception {
    journal.shut();

    try (Socket socket = send(withJournal.port(), ok("GET /hints", 200, "GET /hints"))) {
      BsonDocument event = journal.next();
      String before =
          new String(
              socket.getInputStream().readNBytes(socket.getInputStream().available()),
              StandardCharsets.US_ASCII);
      journal.open();
      String after = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

      assertThat(before).startsWith("HTTP/1.1 103").doesNotContain("HTTP/1.1 200");
      assertThat(after).startsWith("HTTP/1.1 200").endsWith("hinted");
      check(event, ok("GET /hints", 200, "GET /hints"), true);
    }
  }

  @Test
  void clientThatGoesAway_isReportedAsThat() throws Exception {
    try (Socket socket = send(withoutJournal.port(), ok("GET /endless", 200, "GET /endless"))) {
      assertThat(socket.getInputStream().read()).isEqualTo('H');
      socket.setSoLinger(true, 0);
    }

    BsonDocument event = journal.next();
    assertThat(event.getDocument("error").getString("code").getValue()).isEqualTo("CLIENT_ABORTED");
    assertThat(event.getString("route").getValue()).isEqualTo("GET /endless");
    assertThat(event.getDocument("http").getInt32("status").getValue()).isEqualTo(200);
  }

  @Test
  void routeOverview_listsTheApplicationsRoutes() throws Exception {
    String body;
    try (Socket socket = send(withoutJournal.port(), ok("GET /routes", 200, "GET /routes"))) {
      body = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    assertThat(body).contains("/orders/{id}", "/ws/{id}", "/routes");
    journal.next();
  }

  private static void check(BsonDocument event, Case request, boolean withError) {
    assertThat(event.getString("route").getValue()).as(event.toJson()).isEqualTo(request.route());
    assertThat(event.getDocument("http"))
        .as(event.toJson())
        .containsEntry("status", new BsonInt32(request.status()));
    String error = withError ? request.error() : null;
    if (error == null) {
      assertThat(event).doesNotContainKey("error");
    } else {
      assertThat(event.getDocument("error").getString("code").getValue()).isEqualTo(error);
    }
    assertThat(event.getDocument("_ingest").getString("outcome").getValue())
        .isEqualTo(error == null ? "SUCCESS" : "FAILED");
  }

  private void assertNoOtherEvent(Javalin javalin) throws Exception {
    journal.open();
    try (Socket socket = send(javalin.port(), ok("GET /orders/9", 200, "GET /orders/{id}"))) {
      statusLine(socket);
      BsonDocument event = journal.next();
      assertThat(event.getString("requestId").getValue()).isEqualTo("/orders/9");
    }
  }

  private static String statusLine(Socket socket) throws IOException {
    StringBuilder line = new StringBuilder();
    do {
      line.setLength(0);
      for (int b = socket.getInputStream().read(); b >= 0; b = socket.getInputStream().read()) {
        line.append((char) b);
        if (line.toString().endsWith("\r\n\r\n") || (b == '\n' && !isInterim(line))) {
          break;
        }
      }
    } while (isInterim(line));
    return line.toString();
  }

  private static boolean isInterim(CharSequence line) {
    return line.toString().startsWith("HTTP/1.1 103");
  }

  private static Socket send(int port, Case request) throws IOException {
    String path = request.request().split(" ", 2)[1];
    return RawHttp.send(
        port,
        "%s HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: %s\r\n%s%s\r\n"
            .formatted(
                request.request(),
                path.replaceAll("\\?.*", ""),
                request.more(),
                request.more().contains("Upgrade") ? "" : "Connection: close\r\n"));
  }

  private static Case ok(String request, int status, String route) {
    return new Case(request, "", status, route, null, true);
  }

  private static Case failing(String request, int status, String route, String error) {
    return new Case(request, "", status, route, error, true);
  }

  private static Case late(String request, int status, String route, String error) {
    return new Case(request, "", status, route, error, false);
  }

  @SuppressWarnings("removal") // GzipHandler: its successor is not among Javalin's dependencies
  private Javalin start(LoggingService service) {
    return Javalin.create(
            config -> {
              config.startup.showJavalinBanner = false;
              config.http.asyncTimeout = 120_000;
              config.http.prefer405over404 = true;
              config.registerPlugin(new WideEventsPlugin(service));
              config.bundledPlugins.enableRouteOverview("/routes");
              config.jetty.modifyServletContextHandler(
                  handler -> {
                    handler.insertHandler(new GzipHandler());
                    handler.addFilter(
                        new FilterHolder(applicationFilter()),
                        "/filtered",
                        EnumSet.of(DispatcherType.REQUEST));
                  });
              config.staticFiles.add(
                  files -> {
                    files.hostedPath = "/static";
                    files.directory = "/io/wideevents/logging/javalin/static";
                    files.location = Location.CLASSPATH;
                  });
              routes(config);
            })
        .start("127.0.0.1", 0);
  }

  private static Filter applicationFilter() {
    return (request, response, chain) -> {
      switch (String.valueOf(request.getParameter("filter"))) {
        case "throws" -> throw new IllegalStateException("the application's own filter");
        case "answers" -> ((HttpServletResponse) response).setStatus(429);
        default -> chain.doFilter(request, response);
      }
    };
  }

  private void routes(JavalinConfig config) {
    config.routes.before(
        ctx -> {
          switch (String.valueOf(ctx.queryParam("guard"))) {
            case "status" -> ctx.status(401).result("no").skipRemainingHandlers();
            case "status503" -> ctx.status(503).skipRemainingHandlers();
            case "throw" -> throw new UnauthorizedResponse();
            case "redirect" -> ctx.redirect("/elsewhere");
            case "writes" -> {
              ctx.res().getOutputStream().write("written".getBytes(StandardCharsets.UTF_8));
              ctx.res().flushBuffer();
              ctx.skipRemainingHandlers();
            }
            default -> {}
          }
        });
    config.routes.get("/orders/{id}", ctx -> ctx.result("order"));
    config.routes.get(
        "/stream",
        ctx -> {
          ctx.outputStream().write("by hand".getBytes(StandardCharsets.UTF_8));
          ctx.outputStream().flush();
        });
    config.routes.get(
        "/writer",
        ctx -> {
          ctx.res().setStatus(201);
          ctx.res().getWriter().write("by hand");
          ctx.res().getWriter().flush();
          ctx.res().getWriter().close();
        });
    config.routes.get(
        "/flush",
        ctx -> {
          ctx.status(202).res().flushBuffer();
          ctx.status(500);
        });
    config.routes.get("/large", ctx -> ctx.result(new byte[1 << 20]));
    config.routes.get("/input", ctx -> ctx.result(new ByteArrayInputStream(new byte[1 << 20])));
    config.routes.get(
        "/reset",
        ctx -> {
          ctx.res().getOutputStream().write(1);
          ctx.res().resetBuffer();
          ctx.status(203).result("after the reset");
        });
    config.routes.get("/empty", ctx -> ctx.status(204));
    config.routes.sse(
        "/sse",
        sse -> {
          sse.sendEvent("one");
          sse.close();
        });
    config.routes.get(
        "/future", ctx -> ctx.future(() -> CompletableFuture.runAsync(() -> ctx.result("later"))));
    config.routes.get(
        "/future-fails",
        ctx ->
            ctx.future(
                () ->
                    CompletableFuture.runAsync(
                        () -> {
                          throw new ArithmeticException("1/0");
                        })));
    config.routes.get(
        "/async-servlet",
        ctx -> {
          var async = ctx.req().startAsync();
          var unused =
              CompletableFuture.runAsync(
                  () -> {
                    try {
                      ctx.res().setStatus(206);
                      ctx.res().getOutputStream().write("async".getBytes(StandardCharsets.UTF_8));
                      async.complete();
                    } catch (IOException e) {
                      throw new AssertionError(e);
                    }
                  });
          unused.join();
        });
    config.routes.get(
        "/hints",
        ctx -> {
          ctx.res().setHeader("Link", "</style.css>; rel=preload");
          ctx.res().sendError(103);
          ctx.result("hinted");
        });
    config.routes.get("/send-error", ctx -> ctx.res().sendError(503));
    config.routes.get("/send-error-404", ctx -> ctx.res().sendError(404, "not here"));
    config.routes.get(
        "/fails",
        ctx -> {
          throw new IllegalStateException("broken");
        });
    config.routes.get(
        "/error",
        ctx -> {
          throw new StackOverflowError("broken");
        });
    config.routes.get(
        "/mapped",
        ctx -> {
          throw new UnsupportedOperationException("teapot");
        });
    config.routes.exception(UnsupportedOperationException.class, (e, ctx) -> ctx.status(418));
    config.spaRoot.addHandler("/page", ctx -> ctx.html("the single page"));
    config.routes.get("/files/<path>", ctx -> ctx.result("file"));
    config.routes.get("/wild/*", ctx -> ctx.result("wild"));
    config.routes.get("/redirects", ctx -> ctx.redirect("/elsewhere"));
    config.routes.get("/after-status", ctx -> ctx.result("fine"));
    config.routes.after("/after-status", ctx -> ctx.status(203));
    config.routes.get(
        "/mapper-fails",
        ctx -> {
          throw new ArrayStoreException("mapped badly");
        });
    config.routes.exception(
        ArrayStoreException.class,
        (e, ctx) -> {
          throw new IllegalStateException("the mapper");
        });
    config.routes.get(
        "/future-mapped",
        ctx ->
            ctx.future(() -> CompletableFuture.failedFuture(new IllegalMonitorStateException())));
    config.routes.exception(IllegalMonitorStateException.class, (e, ctx) -> ctx.status(409));
    config.routes.get("/after-fails", ctx -> ctx.result("fine so far"));
    config.routes.after(
        "/after-fails",
        ctx -> {
          throw new IllegalArgumentException("after");
        });
    config.routes.get("/own-io", ctx -> ctx.result(failing()));
    config.routes.get(
        "/input-fails",
        ctx ->
            ctx.result(
                new SequenceInputStream(new ByteArrayInputStream(new byte[1 << 20]), failing())));
    config.routes.get("/filtered", ctx -> ctx.result("through"));
    config.routes.get(
        "/committed-fails",
        ctx -> {
          ctx.res().flushBuffer();
          throw new IllegalStateException("too late");
        });
    config.routes.get(
        "/hangs",
        ctx ->
            ctx.future(
                () -> {
                  ctx.req().getAsyncContext().setTimeout(300);
                  return new CompletableFuture<>();
                }));
    config.routes.get(
        "/endless",
        ctx -> {
          byte[] much = new byte[1 << 20];
          while (released.getCount() > 0) {
            ctx.outputStream().write(much);
          }
        });
    config.routes.ws("/ws/{id}", ws -> {});
    config.routes.wsBeforeUpgrade(
        ctx -> {
          switch (String.valueOf(ctx.queryParam("guard"))) {
            case "throw" -> throw new UnauthorizedResponse();
            case "skip" -> ctx.status(403).skipRemainingHandlers();
            default -> {}
          }
        });
  }

  private static InputStream failing() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        throw new IOException("the server's own stream");
      }
    };
  }

  /** A tier that confirms no event while it is closed. */
}
