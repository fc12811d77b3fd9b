package io.wideevents.samplespring;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.wideevents.client.WideEventsClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/** Each request of a Spring Boot application leaves one event at the gateway, however it ends. */
class SampleApplicationTest {
  private static final List<String> EVENTS = Collections.synchronizedList(new ArrayList<>());

  private static HttpServer gateway;
  private static ConfigurableApplicationContext application;
  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeAll
  static void start() throws IOException {
    gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    gateway.createContext("/v1/events", SampleApplicationTest::confirm);
    gateway.start();
    SpringApplication spring = new SpringApplication(SampleApplication.class, ToTheTest.class);
    spring.setDefaultProperties(
        Map.of(
            "server.port", "0",
            "server.address", "127.0.0.1",
            "spring.main.banner-mode", "off",
            "spring.main.allow-bean-definition-overriding", "true"));
    application = spring.run();
  }

  @AfterAll
  static void stop() {
    application.close();
    gateway.stop(0);
  }

  /** The client of the application, with the address of this test's gateway. */
  @Configuration(proxyBeanMethods = false)
  static class ToTheTest {
    @Bean(destroyMethod = "close")
    @Primary
    WideEventsClient wideEvents() {
      return WideEventsClient.start(
          "sample-spring",
          Map.of("GATEWAY_URL", "http://127.0.0.1:" + gateway.getAddress().getPort()));
    }
  }

  private static void confirm(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body =
          new String(new GZIPInputStream(exchange.getRequestBody()).readAllBytes(), UTF_8);
      List<String> events =
          Arrays.asList(body.substring(1, body.length() - 1).split(",(?=\\{\"requestId\":)"));
      EVENTS.addAll(events);
      byte[] reply =
          "{\"accepted\":%d,\"tier\":\"kafka\"}".formatted(events.size()).getBytes(UTF_8);
      exchange.sendResponseHeaders(202, reply.length);
      exchange.getResponseBody().write(reply);
    }
  }

  @Test
  void request_leavesOneEventWithItsRouteAndFields() throws Exception {
    try (LogLines lines = new LogLines(OrderController.class)) {
      HttpResponse<String> reply = get("/orders/4711", "sync-1");

      assertThat(reply.headers().firstValue("X-Request-Id")).hasValue("sync-1");
      assertThat(event("sync-1"))
          .contains(
              "\"route\":\"GET /orders/{id}\"",
              "\"http\":{\"method\":\"GET\",\"status\":200}",
              "\"user\":{\"id\":\"4711\",\"role\":\"customer\"}",
              "\"cart\":{\"items\":3}")
          .doesNotContain("\"error\"");
      assertThat(lines.requestIds()).containsExactly("sync-1", "sync-1-later");
    }
  }

  @ParameterizedTest
  @CsvSource({"/callable, in a callable", "/deferred, on another thread"})
  void asynchronousRequest_leavesOneEventWhenItIsAnswered(String path, String step)
      throws Exception {
    String id = "async" + path.replace('/', '-');

    assertThat(get(path, id).statusCode()).isEqualTo(200);

    assertThat(event(id))
        .contains("\"route\":\"GET %s\"".formatted(path), "\"step\":\"%s\"".formatted(step))
        .contains("\"status\":200")
        .doesNotContain("\"error\"");
  }

  @ParameterizedTest
  @CsvSource({
    "/failure, IllegalStateException, The order is broken",
    "/deferred-failure, IllegalArgumentException, later"
  })
  void failedRequest_leavesOneEventWithItsError(String path, String code, String message)
      throws Exception {
    String id = "failed" + path.replace('/', '-');

    assertThat(get(path, id).statusCode()).isEqualTo(500);

    assertThat(event(id))
        .contains("\"route\":\"GET %s\"".formatted(path))
        .contains("\"status\":500")
        .contains("\"code\":\"%s\",\"message\":\"%s\"".formatted(code, message));
  }

  @Test
  void requestThatTimesOut_leavesOneEvent() throws Exception {
    assertThat(get("/timeout", "timeout-1").statusCode()).isEqualTo(503);

    assertThat(event("timeout-1"))
        .contains("\"route\":\"GET /timeout\"", "\"code\":\"TIMEOUT\"", "\"status\":503");
  }

  @Test
  void requestWithoutAHandler_leavesOneEventWithoutItsPath() throws Exception {
    assertThat(get("/secret/path", "missing-1").statusCode()).isEqualTo(404);

    assertThat(event("missing-1"))
        .contains("\"route\":\"unmatched\"", "\"status\":404")
        .contains("\"error\":");
  }

  @Test
  void requestWhoseClientDisconnects_leavesOneEvent() throws Exception {
    try (Socket client = new Socket("127.0.0.1", port())) {
      client
          .getOutputStream()
          .write(
              "GET /long HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: abort-1\r\n\r\n"
                  .getBytes(US_ASCII));
      assertThat(client.getInputStream().read()).isPositive();
      client.setSoLinger(true, 0);
    }

    assertThat(event("abort-1")).contains("\"route\":\"GET /long\"", "\"code\":\"CLIENT_ABORTED\"");
  }

  private HttpResponse<String> get(String path, String requestId) throws Exception {
    return http.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
            .header("X-Request-Id", requestId)
            .timeout(Duration.ofSeconds(20))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /**
   * The only event of a request. Waits for a later request's event, so that a second would show.
   */
  private String event(String requestId) throws Exception {
    await().atMost(Duration.ofSeconds(20)).until(() -> !events(requestId).isEmpty());
    String later = requestId + "-later";
    get("/orders/1", later);
    await().atMost(Duration.ofSeconds(20)).until(() -> !events(later).isEmpty());
    assertThat(events(requestId)).hasSize(1);
    return events(requestId).getFirst();
  }

  private static List<String> events(String requestId) {
    String beginning = "{\"requestId\":\"%s\",".formatted(requestId);
    return List.copyOf(EVENTS).stream().filter(event -> event.startsWith(beginning)).toList();
  }

  private static int port() {
    return Integer.parseInt(application.getEnvironment().getRequiredProperty("local.server.port"));
  }
}
