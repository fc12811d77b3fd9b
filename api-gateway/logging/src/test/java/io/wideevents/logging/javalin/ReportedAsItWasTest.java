package io.wideevents.logging.javalin;

import static io.wideevents.logging.javalin.SeenEvents.error;
import static org.assertj.core.api.Assertions.assertThat;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.Tier;
import io.wideevents.logging.LoggingContext;
import io.wideevents.logging.LoggingService;
import io.wideevents.logging.LoggingSettings;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An event reports what the client and the application saw, even if the server reported something
 * else.
 */
class ReportedAsItWasTest {
  private static final LoggingSettings SETTINGS =
      LoggingSettings.of("shop").timed(Duration.ofSeconds(8), Duration.ofSeconds(8));

  private final SeenEvents events = new SeenEvents(Tier.KAFKA);
  private final LoggingService logging =
      LoggingService.queued(
          SETTINGS, events, new RecordingLogger(Tier.SPOOL), InstantSource.system());
  private @Nullable Javalin javalin;

  @AfterEach
  void stop() {
    if (javalin != null) {
      javalin.stop();
    }
    logging.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 1000\r\n\r\nabc",
        "Content-Length: 1000\r\nExpect: 100-continue\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n"
      })
  void replyToAnUnreadBody_isNoFailure(String rest) throws Exception {
    start();

    String reply = exchange("POST /unread", rest);

    BsonDocument event = events.next();
    assertThat(reply).startsWith("HTTP/1.1 200").endsWith("not read");
    assertThat(event).doesNotContainKey("error");
    assertThat(outcome(event)).isEqualTo("SUCCESS");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/upstream-slow", "/upstream-slow-later"})
  void timeoutOfTheApplicationsOwn_isAnExceptionLikeAnyOther(String path) throws Exception {
    start();

    String reply = exchange("GET " + path, "\r\n");

    BsonDocument error = events.next().getDocument("error");
    assertThat(reply).endsWith("from the cache");
    assertThat(error.getString("code").getValue()).isEqualTo("TimeoutException");
    assertThat(error.getString("message").getValue()).isEqualTo("the database");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"GET /backend-slow", "GET /backend-slow-later", "POST /backend-slow-body"})
  void timeoutBehindAnIoException_isTheApplicationsOwnAsWell(String request) throws Exception {
    start();

    String reply = exchange(request, "Content-Length: 1\r\n\r\n1");

    // Javalin takes it for a stalled client, whatever is mapped.
    assertThat(reply).startsWith("HTTP/1.1 408");
    BsonDocument error = events.next().getDocument("error");
    assertThat(error.getString("code").getValue()).isEqualTo("IOException");
    assertThat(error.getString("message").getValue()).isEqualTo("the backend");
  }

  @Test
  void timeoutOfTheApplicationsOwn_leavesTheHandlersWord() throws Exception {
    start();

    exchange("GET /upstream-slow-said", "\r\n");

    assertThat(error(events.next())).isEqualTo("UPSTREAM_SLOW");
  }

  @Test
  void exception_isTheErrorBesideWhatTheHandlerSaidAboutIt() throws Exception {
    start();

    exchange("GET /detail", "\r\n");

    BsonDocument error = events.next().getDocument("error");
    assertThat(error.getString("code").getValue()).isEqualTo("IllegalStateException");
    assertThat(error.getString("message").getValue()).isEqualTo("broken");
    assertThat(error.getInt32("detail").getValue()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/upload", "/stream"})
  void uploadThatStalls_isATimeout(String path) throws Exception {
    start();

    String reply =
        exchange(
            "POST " + path,
            "Content-Type: multipart/form-data; boundary=a\r\nContent-Length: 1000\r\n\r\n--a\r\n");

    assertThat(reply).startsWith("HTTP/1.1 408");
    assertThat(error(events.next())).isEqualTo("TIMEOUT");
  }

  @Test
  void headersThatTheServerCannotSend_areAnError() throws Exception {
    start();

    try (Socket socket = send("GET /headers", "\r\n")) {
      assertThat(socket.isConnected()).isTrue();
      BsonDocument event = events.next();

      assertThat(event).as(event.toJson()).containsKey("error");
      assertThat(outcome(event)).isEqualTo("FAILED");
    }
  }

  /** With a journal the event is durable before the server makes the first byte of the reply. */
  @Test
  void headersThatTheServerCannotSend_areNotSeenWithAJournal() throws Exception {
    try (LoggingService waiting =
        LoggingService.waiting(
            SETTINGS, events, events, new RecordingLogger(Tier.SPOOL), InstantSource.system())) {
      start(waiting);

      try (Socket socket = send("GET /headers", "\r\n")) {
        assertThat(socket.isConnected()).isTrue();
        BsonDocument event = events.next();

        assertThat(event.getDocument("http").getInt32("status").getValue()).isEqualTo(200);
        assertThat(event).doesNotContainKey("error");
      }
      javalin.stop();
    }
    assertThat(events.isEmpty()).isTrue();
  }

  @Test
  void routeOfASocket_doesNotHoldTheClientsMethod() throws Exception {
    start();

    exchange("MADEUP /ws/1", "Sec-WebSocket-Version: 13\r\n\r\n");

    assertThat(events.next().getString("route").getValue()).isEqualTo("GET /ws/{id}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Connection: Upgrade\r\nUpgrade: websocket\r\n"})
  void headersOfAnUpgrade_makeNoSuccessOfAnUnknownPath(String upgrade) throws Exception {
    start();

    String reply = exchange("GET /nothing", upgrade + "Sec-WebSocket-Version: 13\r\n\r\n");

    BsonDocument event = events.next();
    assertThat(reply).startsWith("HTTP/1.1 404");
    assertThat(error(event)).isEqualTo("HTTP_404");
    assertThat(outcome(event)).isEqualTo("FAILED");
  }

  @Test
  void bodyThatBreaksHttp_isReportedAsTheHandlerAnswersIt() throws Exception {
    start();

    String reply = exchange("POST /lenient", "Transfer-Encoding: chunked\r\n\r\nZZ\r\n");

    BsonDocument event = events.next();
    assertThat(reply).startsWith("HTTP/1.1 422").endsWith("no body");
    assertThat(event).doesNotContainKey("error");
    assertThat(outcome(event)).isEqualTo("SUCCESS");
  }

  @Test
  void bodyThatBreaksHttp_isTheExceptionOfTheHandlerThatReadsIt() throws Exception {
    start();

    String reply = exchange("POST /mapped", "Transfer-Encoding: chunked\r\n\r\nZZ\r\n");

    BsonDocument event = events.next();
    assertThat(reply).startsWith("HTTP/1.1 400").endsWith("bad body");
    assertThat(error(event)).endsWith("Exception");
    assertThat(outcome(event)).isEqualTo("FAILED");
  }

  @Test
  void methodOfTheClientsOwn_isCut() throws Exception {
    start();

    exchange("M".repeat(4_000) + " /unread", "\r\n");
    String cut = method(events.next());
    exchange("BASELINE-CONTROL /unread", "\r\n");
    String known = method(events.next());

    assertThat(cut).isEqualTo("M".repeat(32));
    assertThat(known).isEqualTo("BASELINE-CONTROL");
  }

  @Test
  void attributesOfTheRequest_areTheApplicationsAlone() throws Exception {
    start();

    assertThat(exchange("GET /attributes", "\r\n")).contains("own").doesNotContain("wideevents");
  }

  private void start() {
    start(logging);
  }

  private void start(LoggingService service) {
    javalin =
        Javalin.create(
                config -> {
                  config.startup.showJavalinBanner = false;
                  config.http.asyncTimeout = 120_000;
                  config.jetty.modifyHttpConfiguration(http -> http.setIdleTimeout(1_000));
                  config.registerPlugin(new WideEventsPlugin(service));
                  routes(config);
                })
            .start("127.0.0.1", 0);
  }

  private void routes(JavalinConfig config) {
    config.routes.post("/unread", ctx -> ctx.result("not read"));
    config.routes.post("/upload", ctx -> ctx.result(ctx.body()));
    config.routes.post("/stream", ctx -> ctx.result(ctx.bodyInputStream().readAllBytes()));
    config.routes.get("/headers", ctx -> ctx.header("X-Large", "a".repeat(20_000)));
    config.routes.get(
        "/attributes",
        ctx -> {
          ctx.attribute("own", 1);
          ctx.result(
              ctx.attributeMap().keySet() + " " + Collections.list(ctx.req().getAttributeNames()));
        });
    config.routes.ws("/ws/{id}", ws -> {});
    config.routes.post(
        "/lenient",
        ctx -> {
          try {
            ctx.body();
          } catch (Exception e) {
            ctx.status(422).result("no body");
          }
        });
    config.routes.post(
        "/mapped",
        ctx -> {
          ctx.bodyInputStream().readAllBytes();
        });
    config.routes.exception(IOException.class, (e, ctx) -> ctx.status(400).result("bad body"));
    config.routes.get(
        "/detail",
        ctx -> {
          LoggingContext.current().set("error.detail", 1);
          throw new IllegalStateException("broken");
        });
    config.routes.exception(
        TimeoutException.class, (e, ctx) -> ctx.status(200).result("from the cache"));
    config.routes.get(
        "/upstream-slow",
        ctx -> {
          throw new TimeoutException("the database");
        });
    config.routes.get(
        "/backend-slow",
        ctx -> {
          throw backendSlow();
        });
    config.routes.post(
        "/backend-slow-body",
        ctx -> {
          ctx.body();
          throw backendSlow();
        });
    config.routes.get(
        "/backend-slow-later",
        ctx -> ctx.future(() -> CompletableFuture.failedFuture(backendSlow())));
    config.routes.get(
        "/upstream-slow-said",
        ctx -> {
          LoggingContext.current().error("UPSTREAM_SLOW", "the database took 1 s");
          throw new TimeoutException("the database");
        });
    config.routes.get(
        "/upstream-slow-later",
        ctx ->
            ctx.future(() -> CompletableFuture.failedFuture(new TimeoutException("the database"))));
  }

  private static IOException backendSlow() {
    return new IOException("the backend", new TimeoutException("the database"));
  }

  private String exchange(String request, String rest) throws IOException {
    try (Socket socket = send(request, rest)) {
      return RawHttp.readAll(socket);
    }
  }

  private Socket send(String request, String rest) throws IOException {
    return RawHttp.send(
        javalin.port(), request + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + rest);
  }

  private static String method(BsonDocument event) {
    return event.getDocument("http").getString("method").getValue();
  }

  private static String outcome(BsonDocument event) {
    return event.getDocument("_ingest").getString("outcome").getValue();
  }
}
