package io.wideevents.logging.javalin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import io.wideevents.logging.LoggingService;
import io.wideevents.logging.LoggingSettings;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.bson.BsonDocument;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A request that does not reach Javalin leaves one event, and gets the same answer as without the
 * plugin.
 */
@Tag("slow")
@Execution(ExecutionMode.CONCURRENT)
class EveryRequestTest {
  private final RecordingLogger tier = new RecordingLogger(Tier.KAFKA);
  private final LoggingService logging =
      LoggingService.queued(
          LoggingSettings.of("shop"),
          tier,
          new RecordingLogger(Tier.SPOOL),
          InstantSource.system());
  private @Nullable Javalin javalin;

  @AfterEach
  void stop() {
    if (javalin != null) {
      javalin.stop();
    }
    logging.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"OPTIONS *", "GET /elsewhere", "GET /", "CONNECT localhost:80"})
  void requestThatNoHandlerTakes_leavesAnEvent(String request) throws Exception {
    start(path -> true, config -> config.router.contextPath = "/shop");

    String reply = exchange(request);

    BsonDocument event = onlyEvent();
    int status = Integer.parseInt(reply.substring(9, 12));
    assertThat(reply).contains("X-Request-Id: req-1");
    assertThat(status).isGreaterThanOrEqualTo(400);
    assertThat(event.getString("requestId").getValue()).isEqualTo("req-1");
    assertThat(event.getString("route").getValue()).isEqualTo("unmatched");
    assertThat(event.getDocument("http").getInt32("status").getValue()).isEqualTo(status);
    assertThat(event.getDocument("error").getString("code").getValue()).isEqualTo("HTTP_" + status);
  }

  @Test
  void requestThatIsNotLogged_leavesNone() throws Exception {
    start(path -> !path.equals("*"), config -> {});

    exchange("OPTIONS *");
    exchange("GET /orders/1");

    assertThat(onlyEvent().getString("route").getValue()).isEqualTo("GET /orders/{id}");
  }

  @Test
  void replyOfAFilterThatWasAddedBeforeThePlugin_leavesAnEvent() throws Exception {
    Filter answering =
        (request, response, chain) -> ((HttpServletResponse) response).setStatus(429);
    start(
        path -> true,
        config ->
            config.jetty.modifyServletContextHandler(
                handler ->
                    handler.addFilter(
                        new FilterHolder(answering), "/*", EnumSet.of(DispatcherType.REQUEST))));

    String reply = exchange("GET /orders/1");

    BsonDocument event = onlyEvent();
    assertThat(reply).startsWith("HTTP/1.1 429");
    assertThat(event.getString("route").getValue()).isEqualTo("GET /orders/{id}");
    assertThat(event.getDocument("http").getInt32("status").getValue()).isEqualTo(429);
  }

  private void start(Predicate<String> loggedPaths, Consumer<JavalinConfig> application) {
    javalin =
        Javalin.create(
                config -> {
                  config.startup.showJavalinBanner = false;
                  config.routes.get("/orders/{id}", ctx -> ctx.result("order"));
                  application.accept(config);
                  config.registerPlugin(new WideEventsPlugin(logging, loggedPaths));
                })
            .start("127.0.0.1", 0);
  }

  private String exchange(String request) throws IOException {
    // The head alone: Jetty keeps the connection of a CONNECT open for its idle timeout.
    try (Socket socket =
        RawHttp.send(
            javalin.port(),
            request
                + " HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: req-1\r\nConnection: close\r\n\r\n")) {
      return RawHttp.readHead(socket);
    }
  }

  private BsonDocument onlyEvent() {
    await().atMost(Duration.ofSeconds(30)).until(() -> !tier.durable().isEmpty());
    List<EncodedEvent> events = List.copyOf(tier.durable().values());
    assertThat(events).hasSize(1);
    return events.getFirst().document(Tier.KAFKA).bson();
  }
}
