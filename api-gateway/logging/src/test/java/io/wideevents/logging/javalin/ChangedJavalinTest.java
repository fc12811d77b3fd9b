package io.wideevents.logging.javalin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.javalin.Javalin;
import io.javalin.config.JavalinState;
import io.javalin.config.RouterConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.router.HandlerWrapper;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import io.wideevents.logging.LoggingContext;
import io.wideevents.logging.LoggingService;
import io.wideevents.logging.LoggingSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A Javalin that has no longer what {@link JavalinInternals} reads: its events say less. */
class ChangedJavalinTest {
  private static final List<String> PATHS =
      List.of(
          "/orders/1", "/own-404", "/guarded", "/nothing", "/fails", "/future", "/future-fails");

  private enum Member {
    HANDLER_WRAPPER,
    HTTP_ROUTE,
    SOCKET_ROUTE,
    WATCH_FUTURE
  }

  static Stream<Set<Member>> absent() {
    return Stream.concat(
        Stream.of(EnumSet.allOf(Member.class)), Stream.of(Member.values()).map(EnumSet::of));
  }

  private final RecordingLogger tier = new RecordingLogger(Tier.KAFKA);
  private final LoggingService logging =
      LoggingService.queued(
          LoggingSettings.of("shop"),
          tier,
          new RecordingLogger(Tier.SPOOL),
          InstantSource.system());

  @AfterEach
  void close() {
    logging.close();
  }

  @ParameterizedTest
  @MethodSource("absent")
  void events_haveWhatCanBeKnownAndTheApplicationIsTheSame(Set<Member> absent) throws Exception {
    List<String> unlogged = replies(path -> false, new JavalinInternals());

    List<String> replies = replies(path -> true, new Without(absent));

    assertThat(replies).isEqualTo(unlogged);
    Map<String, BsonDocument> events = events();
    events.forEach(
        (path, event) -> {
          String route = event.getString("route").getValue();
          assertThat(route).as(path).isIn("unmatched", "GET " + path, "GET /orders/{id}");
          assertThat(event.getDocument("http").containsKey("status")).as(path).isTrue();
        });
    assertThat(events.get("/orders/1")).containsKey("said").doesNotContainKey("error");
    assertThat(events.get("/own-404")).doesNotContainKey("error");
    assertThat(events.get("/guarded")).doesNotContainKey("error");
    assertThat(events.get("/future")).doesNotContainKey("error");
    assertThat(events.get("/fails")).containsKey("error");
    assertThat(events.get("/future-fails")).containsKey("error");
  }

  private List<String> replies(Predicate<String> loggedPaths, JavalinInternals internals)
      throws IOException {
    Javalin javalin = start(loggedPaths, internals);
    try {
      List<String> replies = new ArrayList<>();
      for (String path : PATHS) {
        replies.add(exchange(javalin.port(), path));
      }
      return replies;
    } finally {
      javalin.stop();
    }
  }

  private Javalin start(Predicate<String> loggedPaths, JavalinInternals internals) {
    return Javalin.create(
            config -> {
              config.startup.showJavalinBanner = false;
              config.router.handlerWrapper(
                  endpoint ->
                      ctx -> {
                        ctx.header("X-Wrapped", "yes");
                        endpoint.handler.handle(ctx);
                      });
              config.registerPlugin(new WideEventsPlugin(logging, loggedPaths, internals));
              config.routes.before(
                  "/guarded", ctx -> ctx.status(404).result("hidden").skipRemainingHandlers());
              config.routes.get("/guarded", ctx -> ctx.result("guarded"));
              config.routes.get(
                  "/orders/{id}",
                  ctx -> {
                    LoggingContext.current().set("said", true);
                    ctx.result("order");
                  });
              config.routes.get("/own-404", ctx -> ctx.status(404).result("no such cart"));
              config.routes.get(
                  "/fails",
                  ctx -> {
                    throw new IllegalStateException("broken");
                  });
              config.routes.get(
                  "/future",
                  ctx -> ctx.future(() -> CompletableFuture.runAsync(() -> ctx.result("later"))));
              config.routes.get(
                  "/future-fails",
                  ctx ->
                      ctx.future(
                          () -> CompletableFuture.failedFuture(new ArithmeticException("1/0"))));
            })
        .start("127.0.0.1", 0);
  }

  private static String exchange(int port, String path) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(30_000);
      String text =
          "GET %s HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: %s\r\nConnection: close\r\n\r\n"
              .formatted(path, path);
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1)
          .replaceFirst("(?m)^Date: .*\r\n", "")
          .replaceFirst("(?m)^X-Request-Id: .*\r\n", "");
    }
  }

  /** The events by their request's path. */
  private Map<String, BsonDocument> events() {
    await().atMost(Duration.ofSeconds(30)).until(() -> tier.durable().size() >= PATHS.size());
    Map<String, BsonDocument> events =
        tier.durable().values().stream()
            .collect(
                Collectors.toMap(
                    EncodedEvent::requestId, event -> event.document(Tier.KAFKA).bson()));
    assertThat(events).containsOnlyKeys(PATHS);
    return events;
  }

  /** Fails where the members are used, as the JVM does when they are not there. */
  private static final class Without extends JavalinInternals {
    private final Set<Member> absent;

    Without(Set<Member> absent) {
      this.absent = absent;
    }

    private void use(Member member) {
      if (absent.contains(member)) {
        throw new NoSuchMethodError(member.name());
      }
    }

    @Override
    @Nullable HandlerWrapper handlerWrapper(RouterConfig router) {
      use(Member.HANDLER_WRAPPER);
      return super.handlerWrapper(router);
    }

    @Override
    @Nullable String httpRoute(JavalinState state, HandlerType method, String path) {
      use(Member.HTTP_ROUTE);
      return super.httpRoute(state, method, path);
    }

    @Override
    @Nullable String socketRoute(JavalinState state, String path) {
      use(Member.SOCKET_ROUTE);
      return super.socketRoute(state, path);
    }

    @Override
    void watchFuture(
        Context ctx, UnaryOperator<Supplier<? extends @Nullable CompletableFuture<?>>> watch) {
      use(Member.WATCH_FUTURE);
      super.watchFuture(ctx, watch);
    }
  }
}
