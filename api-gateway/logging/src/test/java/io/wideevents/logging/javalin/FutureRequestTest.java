package io.wideevents.logging.javalin;

import static org.assertj.core.api.Assertions.assertThat;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import io.wideevents.logging.LoggingContext;
import io.wideevents.logging.LoggingService;
import io.wideevents.logging.LoggingSettings;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.bson.BsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A request that waits for a future goes on with another thread. Its event has what handlers say
 * there, and no other event has it.
 */
class FutureRequestTest {
  private static final Duration TIMEOUT = Duration.ofMillis(500);

  private final RecordingLogger tier = new RecordingLogger(Tier.KAFKA);
  private final LoggingService logging =
      LoggingService.queued(
          LoggingSettings.of("shop"),
          tier,
          new RecordingLogger(Tier.SPOOL),
          InstantSource.system());
  private final HttpClient client = HttpClient.newHttpClient();
  private final CompletableFuture<String> message = new CompletableFuture<>();
  private final CountDownLatch isWaiting = new CountDownLatch(1);
  private final Javalin javalin = Javalin.create(this::configure);

  @BeforeEach
  void start() {
    javalin.start("127.0.0.1", 0);
  }

  @AfterEach
  void stop() {
    javalin.stop();
  }

  @ParameterizedTest
  @CsvSource({"/push, 200", "/push-failure, 409"})
  void requestThatAnotherOneCompletes_keepsWhatIsSaidForIt(String push, int status)
      throws Exception {
    CompletableFuture<HttpResponse<String>> poll = client.sendAsync(get("/poll"), body());
    assertThat(isWaiting.await(30, TimeUnit.SECONDS)).isTrue();

    client.send(get(push), body());

    assertThat(poll.get(30, TimeUnit.SECONDS).statusCode()).isEqualTo(status);
    Map<String, BsonDocument> events = eventsByRoute();
    assertSaidFor(events.get("GET /poll"), "/poll");
    assertSaidFor(events.get("GET " + push), push);
    assertThat(events.get("GET " + push)).doesNotContainKey("mapper");
    assertThat(events.get("GET /poll").containsKey("mapper")).isEqualTo(status == 409);
  }

  @Test
  void requestThatTimesOut_keepsWhatHandlersSayAfterwards() throws Exception {
    client.send(get("/never"), body());

    assertSaidFor(eventsByRoute().get("GET /never"), "/never");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/supplier-throws",
        "/future-of-a-future",
        "/future-of-a-later-future",
        "/failure-within-failures"
      })
  void failureThatTheApplicationAnswers_isTheError(String path) throws Exception {
    HttpResponse<String> reply = client.send(get(path), body());

    BsonDocument event = eventsByRoute().get("GET " + path);
    assertThat(reply.statusCode()).isEqualTo(409);
    assertThat(event).as(event.toJson()).containsKey("error");
    assertThat(event.getDocument("error").getString("code").getValue()).isEqualTo("Conflict");
    assertSaidFor(event, path);
    assertThat(event.getString("mapper").getValue()).isEqualTo(path);
  }

  private void configure(JavalinConfig config) {
    config.startup.showJavalinBanner = false;
    config.http.asyncTimeout = TIMEOUT.toMillis();
    config.registerPlugin(new WideEventsPlugin(logging));
    config.routes.exception(
        Conflict.class,
        (failure, ctx) -> {
          LoggingContext.current().set("mapper", ctx.path());
          ctx.status(409).result("conflict");
        });
    config.routes.after(ctx -> LoggingContext.current().set("after", ctx.path()));
    config.routes.get(
        "/poll",
        ctx ->
            ctx.future(
                () -> {
                  isWaiting.countDown();
                  ctx.req().getAsyncContext().setTimeout(0);
                  return message.thenAccept(ctx::result);
                }));
    config.routes.get("/push", ctx -> message.complete("news"));
    config.routes.get("/push-failure", ctx -> message.completeExceptionally(new Conflict()));
    config.routes.get("/never", ctx -> ctx.future(CompletableFuture::new));
    config.routes.get(
        "/supplier-throws",
        ctx ->
            ctx.future(
                () -> {
                  throw new Conflict();
                }));
    config.routes.get(
        "/future-of-a-future",
        ctx ->
            ctx.future(
                () ->
                    CompletableFuture.completedFuture(1)
                        .thenAccept(
                            value ->
                                ctx.future(() -> CompletableFuture.failedFuture(new Conflict())))));
    config.routes.get(
        "/future-of-a-later-future",
        ctx ->
            ctx.future(
                () ->
                    CompletableFuture.supplyAsync(() -> 1)
                        .thenAccept(
                            value ->
                                ctx.future(() -> CompletableFuture.failedFuture(new Conflict())))));
    config.routes.get(
        "/failure-within-failures",
        ctx ->
            ctx.future(
                () ->
                    CompletableFuture.failedFuture(
                        new CompletionException(new CompletionException(new Conflict())))));
  }

  private HttpRequest get(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + javalin.port() + path))
        .timeout(Duration.ofSeconds(30))
        .build();
  }

  private static HttpResponse.BodyHandler<String> body() {
    return BodyHandlers.ofString();
  }

  private Map<String, BsonDocument> eventsByRoute() {
    javalin.stop();
    logging.close();
    return tier.durable().values().stream()
        .map(FutureRequestTest::document)
        .collect(
            Collectors.toMap(event -> event.getString("route").getValue(), Function.identity()));
  }

  private static BsonDocument document(EncodedEvent event) {
    return event.document(Tier.KAFKA).bson();
  }

  private static void assertSaidFor(BsonDocument event, String path) {
    assertThat(event).as(event.toJson()).containsKey("after");
    assertThat(List.of(event.getString("after").getValue())).containsExactly(path);
  }

  private static final class Conflict extends RuntimeException {
    private static final long serialVersionUID = 1;
  }
}
