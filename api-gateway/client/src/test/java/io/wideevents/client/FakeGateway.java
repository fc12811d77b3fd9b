package io.wideevents.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/** A gateway whose replies a test decides. Stores what it confirms, each id once. */
final class FakeGateway implements AutoCloseable {
  /** A request: its number from 0, its compressed bytes, and the ids of its events. */
  record Posted(int number, byte[] bytes, List<String> ids, Map<String, String> headers) {}

  /**
   * A reply.
   *
   * @param status 0: closes the connection without a reply; -1: no reply before the close
   */
  record Reply(int status, Map<String, String> headers, String body) {
    Reply(int status, String body) {
      this(status, Map.of(), body);
    }
  }

  @FunctionalInterface
  interface Behaviour {
    Reply reply(Posted posted);
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final List<Posted> requests = new ArrayList<>();
  private final Map<String, Integer> stored = new LinkedHashMap<>();
  private Behaviour behaviour = this::accept;

  FakeGateway() {
    this(0);
  }

  FakeGateway(int port) {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(threads);
    server.createContext("/v1/events", this::handle);
    server.start();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + port());
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** Settings with short times. */
  SenderSettings settings() {
    return new SenderSettings(
        url(),
        Optional.of("key"),
        Duration.ofSeconds(5),
        Duration.ofSeconds(5),
        Duration.ofSeconds(2),
        Duration.ZERO);
  }

  synchronized void behave(Behaviour next) {
    behaviour = next;
  }

  synchronized List<Posted> requests() {
    return List.copyOf(requests);
  }

  /** How often each event was confirmed, in the order of the first time. */
  synchronized Map<String, Integer> stored() {
    return new LinkedHashMap<>(stored);
  }

  /** Confirms all events. */
  synchronized Reply accept(Posted posted) {
    posted.ids().forEach(id -> stored.merge(id, 1, Integer::sum));
    return new Reply(202, "{\"accepted\":%d,\"tier\":\"kafka\"}".formatted(posted.ids().size()));
  }

  /** Confirms the events except the given ones, which it rejects. */
  synchronized Reply rejectSome(Posted posted, List<String> rejected) {
    List<Integer> indexes =
        IntStream.range(0, posted.ids().size())
            .filter(i -> rejected.contains(posted.ids().get(i)))
            .boxed()
            .toList();
    if (indexes.isEmpty()) {
      return accept(posted);
    }
    posted.ids().stream()
        .filter(id -> !rejected.contains(id))
        .forEach(id -> stored.merge(id, 1, Integer::sum));
    String entries =
        indexes.stream()
            .map(
                i ->
                    "{\"index\":%d,\"errors\":[{\"code\":\"reserved_name\",\"field\":\"_x\"}]}"
                        .formatted(i))
            .collect(Collectors.joining(","));
    int accepted = posted.ids().size() - indexes.size();
    return accepted == 0
        ? new Reply(
            422, "{\"status\":422,\"code\":\"invalid_events\",\"events\":[%s]}".formatted(entries))
        : new Reply(
            207,
            "{\"accepted\":%d,\"rejected\":%d,\"tier\":\"mongodb\",\"events\":[%s]}"
                .formatted(accepted, indexes.size(), entries));
  }

  static Reply problem(int status, String code) {
    return new Reply(status, "{\"status\":%d,\"code\":\"%s\"}".formatted(status, code));
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] bytes = exchange.getRequestBody().readAllBytes();
      Reply reply;
      synchronized (this) {
        Map<String, String> headers = new LinkedHashMap<>();
        exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.get(0)));
        Posted posted = new Posted(requests.size(), bytes, ids(bytes), headers);
        requests.add(posted);
        reply = behaviour.reply(posted);
      }
      if (reply.status() == -1) {
        closed.await();
      } else if (reply.status() > 0) {
        reply.headers().forEach(exchange.getResponseHeaders()::set);
        byte[] body = reply.body().getBytes(UTF_8);
        exchange.sendResponseHeaders(reply.status(), body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static List<String> ids(byte[] body) throws IOException {
    byte[] json = new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes();
    byte[] wrapped = ("{\"events\":" + new String(json, UTF_8) + "}").getBytes(UTF_8);
    return Json.asList(Json.object(wrapped).get("events")).stream()
        .map(event -> Json.asText(Json.asObject(event).get("eventId")))
        .toList();
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
