package io.wideevents.logging.javalin;

import static org.assertj.core.api.Assertions.assertThat;

import io.javalin.Javalin;
import io.javalin.apibuilder.ApiBuilder;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.UnauthorizedResponse;
import io.javalin.http.staticfiles.Location;
import io.javalin.router.InternalRouter;
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
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.server.handler.StatisticsHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same application with and without the plugin. Its clients and its code see no difference. */
@Tag("slow")
class SameApplicationTest {
  private static final LoggingSettings SETTINGS =
      LoggingSettings.of("shop").timed(Duration.ofSeconds(30), Duration.ofSeconds(30));

  private static final String UPGRADE =
      "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
          + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

  private static final List<String> REQUESTS =
      Stream.of(
              "GET /orders/1",
              "GET /ORDERS/1",
              "GET /orders/1/",
              "GET //orders//1",
              "GET /orders/a%2Fb%20c",
              "HEAD /orders/1",
              "HEAD /nothing",
              "OPTIONS /orders/1",
              "POST /orders/1",
              "POST /orders/1|X-HTTP-Method-Override: GET\r\n",
              "BREW /orders/1",
              "GET /orders/1?guard=status",
              "GET /orders/1?guard=throw",
              "GET /orders/1?guard=redirect",
              "GET /nothing?guard=status",
              "GET /nothing",
              "GET /nothing|Accept: application/json\r\n",
              "GET /files/a/b/c",
              "GET /wild/a/b",
              "GET /group/inner",
              "GET /missing-cart",
              "GET /redirects",
              "GET /fails",
              "GET /error",
              "GET /mapped",
              "GET /mapper-fails",
              "GET /after-fails",
              "GET /committed-fails",
              "GET /own-io",
              "GET /future",
              "GET /future-fails",
              "GET /future-fails-late",
              "GET /future-mapped",
              "GET /future-error",
              "GET /future-throws",
              "GET /future-cancelled",
              "GET /future-of-null",
              "GET /async",
              "GET /hangs",
              "GET /sse|Accept: text/event-stream\r\n",
              "GET /chunked",
              "GET /large",
              "GET /large|Accept-Encoding: gzip\r\n",
              "GET /ctx",
              "GET /static/hello.txt",
              "HEAD /static/hello.txt",
              "GET /static/hello.txt|Range: bytes=1-2\r\n",
              "GET /spa/deep/link|Accept: text/html\r\n",
              "GET /filtered?filter=throws",
              "GET /filtered?filter=answers",
              "GET /filtered",
              "GET /routes",
              "GET /routes|Accept: application/json\r\n",
              "GET /ws/7|" + UPGRADE,
              "GET /ws/7?guard=throw|" + UPGRADE,
              "GET /nothing|" + UPGRADE,
              "GET /orders/%zz",
              "GET /orders/%00",
              "GET /orders/..%2f..%2fx",
              "GET /" + "a".repeat(9000),
              "GET /orders/1|X-Large: " + "h".repeat(9000) + "\r\n",
              "GET /orders/1|Bad Header\r\n",
              "GET /orders/1|X-Request-Id: " + "i".repeat(7000) + "\r\n",
              "GET /orders/1|X-Request-Id: a\u0001b\r\n",
              "GET /orders/1|X-Request-Id: \u00ff\u00fe\r\nX-Request-Id: two\r\n",
              "GET /orders/1|traceparent: " + "0".repeat(7000) + "\r\n",
              "GET /orders/1|traceparent: 00-\u0001-\u0002-zz\r\n",
              "GET /orders/1|traceparent: \r\nX-Request-Id: \r\n")
          .toList();

  /** How the application configures its router. */
  enum Variant {
    PLAIN(config -> {}),
    CONTEXT_PATH(config -> config.router.contextPath = "/shop"),
    LENIENT_ROUTES(
        config -> {
          config.router.caseInsensitiveRoutes = true;
          config.router.treatMultipleSlashesAsSingleSlash = true;
        }),
    STRICT_SLASHES(config -> config.router.ignoreTrailingSlashes = false),
    METHODS_FIRST(config -> config.http.prefer405over404 = true),
    ETAGS(config -> config.http.generateEtags = true),
    VIRTUAL_THREADS(config -> config.concurrency.useVirtualThreads = true);

    private final Consumer<JavalinConfig> configure;

    Variant(Consumer<JavalinConfig> configure) {
      this.configure = configure;
    }

    String prefix() {
      return this == CONTEXT_PATH ? "/shop" : "";
    }
  }

  /** Where the plugin is registered. */
  enum Position {
    NOWHERE,
    FIRST,
    LAST
  }

  private final RecordingLogger tier = new RecordingLogger(Tier.KAFKA);
  private final LoggingService logging =
      LoggingService.queued(
          SETTINGS, tier, new RecordingLogger(Tier.SPOOL), InstantSource.system());

  @AfterEach
  void close() {
    logging.close();
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void application_isTheSameWithThePlugin(Variant variant) throws Exception {
    List<String> without = run(variant, Position.NOWHERE, logging);

    assertSame(without, run(variant, Position.FIRST, logging));
    assertSame(without, run(variant, Position.LAST, logging));
  }

  @ParameterizedTest
  @EnumSource(
      value = Variant.class,
      names = {"PLAIN", "CONTEXT_PATH"})
  void application_isTheSameWithAClosedLoggingService(Variant variant) throws Exception {
    List<String> without = run(variant, Position.NOWHERE, logging);
    logging.close();

    assertSame(without, run(variant, Position.FIRST, logging));
  }

  private static void assertSame(List<String> without, List<String> with) {
    assertThat(with).hasSameSizeAs(without);
    for (int i = 0; i < without.size(); i++) {
      assertThat(with.get(i)).isEqualTo(without.get(i));
    }
  }

  /** Everything that clients and the application's own code see of one run. */
  private static List<String> run(Variant variant, Position position, LoggingService logging)
      throws Exception {
    List<String> seen = new ArrayList<>();
    ConcurrentLinkedQueue<String> trace = new ConcurrentLinkedQueue<>();
    Javalin javalin =
        Javalin.create(config -> application(config, variant, position, logging, trace));
    assertThat(javalin.unsafe.internalRouter.getClass()).isEqualTo(InternalRouter.class);
    javalin.start("127.0.0.1", 0);
    try {
      for (String request : REQUESTS) {
        String reply = send(javalin.port(), variant.prefix(), request);
        // An upgrade ends its request before its last handler: the trace may still grow.
        seen.add(shorten(request) + "\n" + reply);
      }
    } finally {
      javalin.stop();
    }
    trace.stream().filter(line -> !line.contains("/ws/")).forEach(seen::add);
    return seen;
  }

  private static String shorten(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "...";
  }

  private static String send(int port, String prefix, String request) throws IOException {
    String[] parts = request.split("\\|", 2);
    String[] line = parts[0].split(" ", 2);
    boolean isUpgrade = request.contains("Upgrade");
    String more = parts.length > 1 ? parts[1] : "";
    String text =
        line[0]
            + " "
            + prefix
            + line[1]
            + " HTTP/1.1\r\nHost: localhost\r\n"
            + more
            + (isUpgrade ? "\r\n" : "Connection: close\r\n\r\n");
    try (Socket socket = RawHttp.send(port, text)) {
      String reply = isUpgrade ? RawHttp.readHead(socket) : RawHttp.readAll(socket);
      return reply
          .replaceFirst("(?m)^Date: .*\r\n", "")
          .replaceFirst("(?m)^X-Request-Id: .*\r\n", "")
          // The address of an object, its hash and the id of a session differ with each run.
          .replaceAll("(?s)ETag: [0-9]+(.*)WsConfig@", "$1WsConfig@")
          .replaceAll("WsConfig@[0-9a-f]+", "WsConfig")
          .replaceAll("JSESSIONID=[^;]+", "JSESSIONID");
    }
  }

  private static void application(
      JavalinConfig config,
      Variant variant,
      Position position,
      LoggingService logging,
      ConcurrentLinkedQueue<String> trace) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.http.asyncTimeout = 120_000;
    variant.configure.accept(config);
    events(config, trace);
    if (position == Position.FIRST) {
      config.registerPlugin(new WideEventsPlugin(logging));
    }
    config.router.handlerWrapper(
        endpoint ->
            ctx -> {
              trace.add("wrapper " + endpoint.method + " " + endpoint.path);
              if (!"skip".equals(ctx.queryParam("wrapper"))) {
                endpoint.handler.handle(ctx);
              }
            });
    config.bundledPlugins.enableRouteOverview("/routes");
    config.jetty.modifyServer(server -> server.insertHandler(new StatisticsHandler()));
    config.jetty.modifyServletContextHandler(
        handler ->
            handler.addFilter(
                new FilterHolder(filter(trace)), "/filtered", EnumSet.of(DispatcherType.REQUEST)));
    config.staticFiles.add(
        files -> {
          files.hostedPath = "/static";
          files.directory = "/io/wideevents/logging/javalin/static";
          files.location = Location.CLASSPATH;
        });
    config.spaRoot.addHandler(variant.prefix() + "/spa", ctx -> ctx.html("the single page"));
    config.requestLogger.http(
        (ctx, ms) -> trace.add("logger " + ctx.status() + " " + endpoints(ctx)));
    handlers(config, trace);
    routes(config);
    futures(config);
    if (position == Position.LAST) {
      config.registerPlugin(new WideEventsPlugin(logging));
    }
  }

  private static List<String> endpoints(Context ctx) {
    return ctx.endpoints().list().stream().map(e -> e.method + " " + e.path).toList();
  }

  private static void events(JavalinConfig config, ConcurrentLinkedQueue<String> trace) {
    config.events.serverStarting(() -> trace.add("starting"));
    config.events.serverStarted(() -> trace.add("started"));
    config.events.serverStopping(() -> trace.add("stopping"));
    config.events.serverStopped(() -> trace.add("stopped"));
    config.events.handlerAdded(
        handler -> trace.add("added " + handler.getHttpMethod() + handler.getPath()));
    config.events.wsHandlerAdded(
        handler -> trace.add("added " + handler.getHandlerType() + handler.getPath()));
  }

  private static Filter filter(ConcurrentLinkedQueue<String> trace) {
    return (request, response, chain) -> {
      trace.add("filter");
      switch (String.valueOf(request.getParameter("filter"))) {
        case "throws" -> throw new IllegalStateException("the application's own filter");
        case "answers" -> ((HttpServletResponse) response).setStatus(429);
        default -> chain.doFilter(request, response);
      }
    };
  }

  private static void handlers(JavalinConfig config, ConcurrentLinkedQueue<String> trace) {
    config.routes.before(
        ctx -> {
          trace.add("before " + ctx.path());
          switch (String.valueOf(ctx.queryParam("guard"))) {
            case "status" -> ctx.status(401).result("no").skipRemainingHandlers();
            case "throw" -> throw new UnauthorizedResponse();
            case "redirect" -> ctx.redirect("/elsewhere");
            default -> {}
          }
        });
    config.routes.beforeMatched(ctx -> trace.add("beforeMatched " + ctx.endpoints().list().size()));
    config.routes.afterMatched(ctx -> trace.add("afterMatched " + ctx.path()));
    config.routes.after(ctx -> trace.add("after " + ctx.status() + ctx.header("X-Request-Id")));
    config.routes.after("/orders/1", ctx -> ctx.status(202));
    config.routes.after(
        "/after-fails",
        ctx -> {
          throw new IllegalArgumentException("after");
        });
    config.routes.error(404, ctx -> ctx.result("nothing here: " + ctx.result()));
    config.routes.error(503, ctx -> ctx.status(200));
    config.routes.exception(UnsupportedOperationException.class, (e, ctx) -> ctx.status(418));
    config.routes.exception(
        ArithmeticException.class, (e, ctx) -> ctx.status(409).result(e.toString()));
    config.routes.exception(
        ArrayStoreException.class,
        (e, ctx) -> {
          throw new IllegalStateException("the mapper");
        });
    config.routes.wsBeforeUpgrade(
        ctx -> {
          if ("throw".equals(ctx.queryParam("guard"))) {
            throw new UnauthorizedResponse();
          }
        });
    config.routes.ws("/ws/{id}", ws -> {});
  }

  private static void routes(JavalinConfig config) {
    config.routes.get("/orders/{id}", ctx -> ctx.result("order " + ctx.pathParam("id")));
    config.routes.get("/files/<path>", ctx -> ctx.result("file " + ctx.pathParam("path")));
    config.routes.get("/wild/*", ctx -> ctx.result("wild " + ctx.endpoint().path));
    config.routes.apiBuilder(
        () -> ApiBuilder.path("group", () -> ApiBuilder.get("inner", ctx -> ctx.result("inner"))));
    config.routes.get("/missing-cart", ctx -> ctx.status(404));
    config.routes.get("/redirects", ctx -> ctx.redirect("/orders/1"));
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
    config.routes.get(
        "/mapper-fails",
        ctx -> {
          throw new ArrayStoreException("mapped badly");
        });
    config.routes.get("/after-fails", ctx -> ctx.result("fine so far"));
    config.routes.get(
        "/committed-fails",
        ctx -> {
          ctx.res().flushBuffer();
          throw new IllegalStateException("too late");
        });
    config.routes.get("/own-io", ctx -> ctx.result(failing()));
    config.routes.sse(
        "/sse",
        sse -> {
          sse.sendEvent("one");
          sse.close();
        });
    config.routes.get(
        "/chunked",
        ctx -> {
          for (int i = 0; i < 3; i++) {
            ctx.outputStream().write(("part " + i).getBytes(StandardCharsets.UTF_8));
            ctx.outputStream().flush();
          }
        });
    config.routes.get("/large", ctx -> ctx.result(new ByteArrayInputStream(new byte[1 << 20])));
    config.routes.get("/ctx", ctx -> ctx.result(ctx.getClass().getName() + endpoints(ctx)));
    config.routes.get("/filtered", ctx -> ctx.result("through"));
  }

  private static void futures(JavalinConfig config) {
    config.routes.get(
        "/future", ctx -> ctx.future(() -> CompletableFuture.runAsync(() -> ctx.result("later"))));
    config.routes.get(
        "/future-fails",
        ctx ->
            ctx.future(() -> CompletableFuture.failedFuture(new IllegalStateException("at once"))));
    config.routes.get(
        "/future-fails-late",
        ctx ->
            ctx.future(
                () ->
                    CompletableFuture.runAsync(
                        () -> {
                          throw new IllegalStateException("later");
                        })));
    config.routes.get(
        "/future-mapped",
        ctx ->
            ctx.future(
                () ->
                    CompletableFuture.runAsync(
                        () -> {
                          throw new ArithmeticException("1/0");
                        })));
    config.routes.get(
        "/future-error",
        ctx -> ctx.future(() -> CompletableFuture.failedFuture(new LinkageError("an error"))));
    config.routes.get(
        "/future-throws",
        ctx ->
            ctx.future(
                () -> {
                  throw new ArithmeticException("no future");
                }));
    config.routes.get(
        "/future-cancelled",
        ctx ->
            ctx.future(
                () -> {
                  CompletableFuture<String> future = new CompletableFuture<>();
                  future.cancel(true);
                  return future;
                }));
    config.routes.get("/future-of-null", ctx -> ctx.future(() -> null));
    config.routes.get("/async", ctx -> ctx.async(() -> ctx.result("async")));
    config.routes.get(
        "/hangs",
        ctx ->
            ctx.future(
                () -> {
                  ctx.req().getAsyncContext().setTimeout(300);
                  return new CompletableFuture<>();
                }));
  }

  private static InputStream failing() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        throw new IOException("the server's own stream");
      }
    };
  }
}
