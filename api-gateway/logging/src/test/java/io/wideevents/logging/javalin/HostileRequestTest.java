package io.wideevents.logging.javalin;

import static io.wideevents.logging.javalin.SeenEvents.error;
import static org.assertj.core.api.Assertions.assertThat;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.plugin.PluginAlreadyRegisteredException;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.Tier;
import io.wideevents.logging.LoggingContext;
import io.wideevents.logging.LoggingService;
import io.wideevents.logging.LoggingSettings;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.assertj.core.api.Assertions;
import org.bson.BsonDocument;
import org.eclipse.jetty.io.EofException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients, applications and servers that behave unusually, and what the events report about them.
 */
class HostileRequestTest {
  private static final LoggingSettings SETTINGS =
      LoggingSettings.of("shop").timed(Duration.ofSeconds(30), Duration.ofSeconds(30));

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
        "X-Request-Id: iiiiiiii",
        "X-Request-Id: \u00ff\u0080",
        "X-Request-Id: a\tb",
        "X-Request-Id:",
        "traceparent: 00000000",
        "traceparent: 00-\u00ff-\u00fe-zz",
        "traceparent: ----"
      })
  void hostileHeaders_areAnsweredAndLogged(String header) throws Exception {
    start(path -> true, config -> {});
    String repeated = header + header.substring(header.length() - 1).repeat(7_000);

    String reply = exchange("GET /orders/1", repeated + "\r\n");

    assertThat(reply).startsWith("HTTP/1.1 200").endsWith("order");
    assertThat(events.next().getString("requestId").getValue()).hasSizeLessThanOrEqualTo(128);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET /orders/%zz", "GET orders/1", "GET /a\u0001b", "GET /orders/1 x"})
  void requestThatTheServerRejects_leavesNoEvent(String request) throws Exception {
    start(path -> true, config -> {});

    assertThat(exchange(request, "")).startsWith("HTTP/1.1 400");

    exchange("GET /orders/1", "X-Request-Id: next\r\n");
    assertThat(events.next().getString("requestId").getValue()).isEqualTo("next");
  }

  @Test
  void predicateThatThrows_costsTheEventAlone() throws Exception {
    start(
        path -> {
          throw new LinkageError("the application's predicate");
        },
        config -> {});

    assertThat(exchange("GET /orders/1", "")).startsWith("HTTP/1.1 200").endsWith("order");
  }

  @Test
  void loggingServiceThatIsClosedWhileARequestRuns_isNotNoticed() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    CountDownLatch running = new CountDownLatch(1);
    start(
        path -> true,
        config ->
            config.routes.get(
                "/waits",
                ctx -> {
                  running.countDown();
                  closed.await();
                  LoggingContext.current().set("after", "close");
                  ctx.result("answered");
                }));

    try (Socket socket = send("GET /waits", "")) {
      running.await();
      logging.close();
      closed.countDown();

      assertThat(RawHttp.readAll(socket)).startsWith("HTTP/1.1 200").endsWith("answered");
    }
    assertThat(exchange("GET /orders/1", "")).startsWith("HTTP/1.1 200");
  }

  @Test
  void wrapperOfTheApplication_runsWhicheverWasSetFirst() throws Exception {
    start(
        path -> true,
        config ->
            config.router.handlerWrapper(
                endpoint ->
                    ctx -> {
                      ctx.header("X-Wrapped", "yes");
                      endpoint.handler.handle(ctx);
                    }));

    assertThat(exchange("GET /orders/1", "")).contains("X-Wrapped: yes").endsWith("order");
    assertThat(events.next().getString("route").getValue()).isEqualTo("GET /orders/{id}");
  }

  @Test
  void secondPlugin_isRejectedByJavalin() {
    Assertions.assertThatExceptionOfType(PluginAlreadyRegisteredException.class)
        .isThrownBy(
            () ->
                Javalin.create(
                    config -> {
                      config.registerPlugin(new WideEventsPlugin(logging));
                      config.registerPlugin(new WideEventsPlugin(logging));
                    }));
  }

  @Test
  void endOfAnotherConnection_isNotTheClientsFault() throws Exception {
    start(
        path -> true,
        config ->
            config.routes.get(
                "/upstream",
                ctx -> {
                  throw new EofException("the upstream server went away");
                }));

    String reply = exchange("GET /upstream", "");

    BsonDocument event = events.next();
    assertThat(reply).startsWith("HTTP/1.1 499");
    assertThat(error(event)).isEqualTo("EofException");
    assertThat(event.getDocument("http").getInt32("status").getValue()).isEqualTo(499);
  }

  @Test
  void clientThatGoesAwayWhileItUploads_isReportedAsThat() throws Exception {
    start(path -> true, config -> config.routes.post("/upload", ctx -> ctx.result(ctx.body())));

    try (Socket socket = send("POST /upload", "Content-Length: 1000\r\n")) {
      socket.getOutputStream().write(new byte[10]);
      socket.shutdownOutput();
      RawHttp.readAll(socket);
    }

    assertThat(error(events.next())).isEqualTo("CLIENT_ABORTED");
  }

  @Test
  void exceptionOfAFuture_isTheEventsErrorWhateverItIsMappedTo() throws Exception {
    start(
        path -> true,
        config -> {
          config.routes.exception(ArithmeticException.class, (e, ctx) -> ctx.status(409));
          config.routes.get(
              "/future",
              ctx ->
                  ctx.future(() -> CompletableFuture.failedFuture(new ArithmeticException("1/0"))));
          config.routes.get(
              "/async",
              ctx ->
                  ctx.async(
                      () -> {
                        throw new ArithmeticException("1/0");
                      }));
        });

    for (String path : List.of("/future", "/async")) {
      assertThat(exchange("GET " + path, "")).startsWith("HTTP/1.1 409");
      BsonDocument event = events.next();
      assertThat(error(event)).isEqualTo("ArithmeticException");
      assertThat(event.getDocument("_ingest").getString("outcome").getValue()).isEqualTo("FAILED");
    }
  }

  @Test
  void requestThatTheServersStopCutsOff_isNotTheClientsFault() throws Exception {
    CountDownLatch running = new CountDownLatch(1);
    start(
        path -> true,
        config ->
            config.routes.get(
                "/hangs",
                ctx -> {
                  ctx.res().flushBuffer();
                  running.countDown();
                  ctx.future(CompletableFuture::new);
                }));

    try (Socket socket = send("GET /hangs", "")) {
      running.await();
      javalin.stop();
      RawHttp.readAll(socket);
    }

    BsonDocument event = events.next();
    assertThat(error(event)).isEqualTo("SERVER_STOPPED");
    assertThat(event.getString("route").getValue()).isEqualTo("GET /hangs");
  }

  private void start(Predicate<String> loggedPaths, Consumer<JavalinConfig> application) {
    javalin =
        Javalin.create(
                config -> {
                  config.startup.showJavalinBanner = false;
                  config.http.asyncTimeout = 120_000;
                  config.routes.get("/orders/{id}", ctx -> ctx.result("order"));
                  config.registerPlugin(new WideEventsPlugin(logging, loggedPaths));
                  application.accept(config);
                })
            .start("127.0.0.1", 0);
  }

  private String exchange(String request, String headers) throws IOException {
    try (Socket socket = send(request, headers)) {
      return RawHttp.readAll(socket);
    }
  }

  private Socket send(String request, String headers) throws IOException {
    return RawHttp.send(
        javalin.port(),
        request + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers + "\r\n");
  }
}
