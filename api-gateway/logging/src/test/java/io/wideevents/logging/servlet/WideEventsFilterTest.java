package io.wideevents.logging.servlet;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.Tier;
import io.wideevents.logging.LoggingContext;
import io.wideevents.logging.LoggingService;
import io.wideevents.logging.LoggingSettings;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.function.UnaryOperator;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The filter on Jetty; the Spring Boot sample has its tests on Tomcat. */
@Timeout(60)
class WideEventsFilterTest {
  private final RecordingLogger events = new RecordingLogger(Tier.KAFKA);
  private final LoggingService logging =
      LoggingService.queued(LoggingSettings.of("shop"), events, InstantSource.system());
  private final HttpClient http = HttpClient.newHttpClient();
  private final Server server = new Server(0);
  private volatile boolean begun;
  private UnaryOperator<HttpServletRequest> beforeTheFilter = UnaryOperator.identity();

  @FunctionalInterface
  private interface Handler {
    void handle(HttpServletRequest request, HttpServletResponse response)
        throws IOException, ServletException;
  }

  @AfterEach
  void stop() throws Exception {
    server.stop();
    logging.close();
  }

  @Test
  void request_leavesOneEventWithTheServletsPattern() throws Exception {
    start(
        (request, response) -> {
          LoggingContext.current().set("cart.items", 3);
          response.getWriter().write("done");
        });

    HttpResponse<String> reply = get("/orders/4711");

    assertThat(reply.body()).isEqualTo("done");
    assertThat(reply.headers().firstValue("X-Request-Id")).hasValue("r-1");
    assertThat(event())
        .contains("\"requestId\":\"r-1\"", "\"route\":\"GET /orders/*\"", "\"status\":200")
        .contains("\"cart\":{\"items\":3}")
        .doesNotContain("\"error\"");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void exceptionOfTheServlet_isTheErrorOfTheEvent(boolean isWrapped) throws Exception {
    IllegalStateException failure = new IllegalStateException("broken");
    start(
        (request, response) -> {
          if (isWrapped) {
            throw new ServletException(failure);
          }
          throw failure;
        });

    assertThat(get("/orders/1").statusCode()).isEqualTo(500);

    assertThat(event())
        .contains("\"code\":\"IllegalStateException\",\"message\":\"broken\"", "\"status\":500");
  }

  @Test
  void asynchronousRequest_endsWhenItIsCompleted() throws Exception {
    start(
        (request, response) -> {
          AsyncContext async = request.startAsync();
          async.start(
              LoggingContext.wrap(
                  () -> {
                    LoggingContext.current().set("step", "later");
                    ((HttpServletResponse) async.getResponse()).setStatus(201);
                    async.complete();
                  }));
        });

    assertThat(get("/orders/1").statusCode()).isEqualTo(201);

    assertThat(event())
        .contains("\"step\":\"later\"", "\"status\":201")
        .doesNotContain("\"error\"");
  }

  @Test
  void asynchronousRequestThatIsDispatched_leavesOneEvent() throws Exception {
    start(
        (request, response) -> {
          if (request.getDispatcherType() == DispatcherType.REQUEST) {
            request.startAsync().dispatch();
          } else {
            LoggingContext.current().set("dispatch", "again");
            response.getWriter().write("done");
          }
        });

    assertThat(get("/orders/1").body()).isEqualTo("done");

    assertThat(event()).contains("\"dispatch\":\"again\"");
  }

  @Test
  void asynchronousRequestWithoutAnAnswer_isATimeout() throws Exception {
    start((request, response) -> request.startAsync().setTimeout(100));

    get("/orders/1");

    assertThat(event()).contains("\"code\":\"TIMEOUT\"");
  }

  /** Tomcat reports a failed write to listeners while the thread that writes is still in it. */
  @ParameterizedTest
  @CsvSource({
    "Connection reset by peer, CLIENT_ABORTED",
    "Connection reset, CLIENT_ABORTED",
    "Broken pipe, CLIENT_ABORTED",
    "No space left on device, IOException",
    ", IOException"
  })
  void failureThatTheServerReportsFirst_isAnAbortIfTheConnectionIsLost(String message, String code)
      throws Exception {
    start(
        (request, response) -> {
          AsyncContext async = request.startAsync();
          RequestState state = requireNonNull(RequestState.of(request));
          state.onError(new AsyncEvent(async, new IOException(message)));
          async.complete();
        });

    get("/orders/1");

    assertThat(event()).contains("\"code\":\"%s\"".formatted(code));
  }

  @Test
  void forward_leavesOneEvent() throws Exception {
    start(
        (request, response) -> {
          if (request.getAttribute("forwarded") == null) {
            request.setAttribute("forwarded", true);
            request.getRequestDispatcher("/orders/2").forward(request, response);
          } else {
            response.getWriter().write("done");
          }
        });

    assertThat(get("/orders/1").body()).isEqualTo("done");

    assertThat(event()).contains("\"status\":200");
  }

  @Test
  void exceptionOfAForward_thatTheServletHandles_leavesTheStatusOfTheReply() throws Exception {
    start(
        (request, response) -> {
          if (request.getDispatcherType() == DispatcherType.FORWARD) {
            throw new IllegalStateException("broken");
          }
          try {
            request.getRequestDispatcher("/orders/2").forward(request, response);
          } catch (IllegalStateException e) {
            response.setStatus(400);
          }
        });

    assertThat(get("/orders/1").statusCode()).isEqualTo(400);

    assertThat(event()).contains("\"status\":400").doesNotContain("\"error\"");
  }

  /** Code that uses the server's own request can complete it on another thread at any time. */
  @Test
  void asynchronousRequest_thatCompletesBeforeItIsWatched_leavesOneEvent() throws Exception {
    AsyncContext completed =
        (AsyncContext)
            Proxy.newProxyInstance(
                AsyncContext.class.getClassLoader(),
                new Class<?>[] {AsyncContext.class},
                (proxy, method, arguments) -> {
                  throw new IllegalStateException("The request has completed");
                });
    beforeTheFilter =
        request ->
            new HttpServletRequestWrapper(request) {
              @Override
              public boolean isAsyncStarted() {
                return true;
              }

              @Override
              public AsyncContext getAsyncContext() {
                return completed;
              }
            };
    start((request, response) -> response.getWriter().write("done"));

    assertThat(get("/orders/1").body()).isEqualTo("done");

    assertThat(event()).contains("\"status\":200");
  }

  @Test
  void pathWithoutAServlet_isUnmatched() throws Exception {
    start((request, response) -> response.getWriter().write("done"));

    assertThat(get("/secret").statusCode()).isEqualTo(404);

    assertThat(event())
        .contains("\"route\":\"unmatched\"", "\"code\":\"HTTP_404\"")
        .doesNotContain("secret");
  }

  @Test
  void stop_endsTheRequestsThatAreOpen() throws Exception {
    start((request, response) -> request.startAsync().setTimeout(0));
    var unused = http.sendAsync(request("/orders/1"), HttpResponse.BodyHandlers.discarding());
    await().until(this::hasBegun);

    server.stop();

    assertThat(event()).contains("\"route\":\"GET /orders/*\"");
  }

  private boolean hasBegun() {
    return begun;
  }

  private void start(Handler handler) throws Exception {
    ServletContextHandler context = new ServletContextHandler();
    Filter wrapping =
        (request, response, chain) ->
            chain.doFilter(beforeTheFilter.apply((HttpServletRequest) request), response);
    FilterHolder first = new FilterHolder(wrapping);
    first.setAsyncSupported(true);
    context.addFilter(first, "/*", EnumSet.of(DispatcherType.REQUEST));
    FilterHolder filter = new FilterHolder(new WideEventsFilter(logging));
    filter.setAsyncSupported(true);
    context.addFilter(
        filter,
        "/*",
        EnumSet.of(
            DispatcherType.REQUEST,
            DispatcherType.ASYNC,
            DispatcherType.FORWARD,
            DispatcherType.ERROR));
    ServletHolder servlet =
        new ServletHolder(
            new HttpServlet() {
              private static final long serialVersionUID = 1L;

              @Override
              protected void doGet(HttpServletRequest request, HttpServletResponse response)
                  throws IOException, ServletException {
                handler.handle(request, response);
                begun = true;
              }
            });
    servlet.setAsyncSupported(true);
    context.addServlet(servlet, "/orders/*");
    server.setHandler(context);
    server.start();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return http.send(request(path), HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest request(String path) {
    int port = ((ServerConnector) server.getConnectors()[0]).getLocalPort();
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .header("X-Request-Id", "r-1")
        .build();
  }

  /** The only event. Closes the service, so that a second event would be there as well. */
  private String event() {
    await().until(() -> logging.stats().finalized() > 0);
    logging.close();
    assertThat(logging.stats().finalized()).isOne();
    List<String> texts =
        events.durable().values().stream()
            .map(event -> new String(event.json(Tier.KAFKA), UTF_8))
            .toList();
    assertThat(texts).hasSize(1);
    return texts.getFirst();
  }
}
