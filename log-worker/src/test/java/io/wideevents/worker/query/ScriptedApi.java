package io.wideevents.worker.query;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;

/** A query API that answers each request with the next prepared answer. */
final class ScriptedApi implements AutoCloseable {
  /** A request as it arrived. */
  record Received(
      String method, String target, String body, Optional<String> key, Optional<String> lastId) {}

  private interface Answer {
    void send(HttpExchange exchange) throws IOException;
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final BlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
  private final List<Received> received = new CopyOnWriteArrayList<>();

  ScriptedApi() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  List<Received> received() {
    return received;
  }

  ScriptedApi answers(int status, String body) {
    return answers(status, body, "X-None", "");
  }

  ScriptedApi answers(int status, String body, String header, String value) {
    byte[] bytes = body.getBytes(UTF_8);
    answers.add(
        exchange -> {
          exchange.getResponseHeaders().set(header, value);
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
        });
    return this;
  }

  /** Announces a longer body than it sends, and ends the connection. */
  ScriptedApi breaksOffAfter(String body) {
    byte[] bytes = body.getBytes(UTF_8);
    answers.add(
        exchange -> {
          exchange.sendResponseHeaders(200, bytes.length + 1_000);
          OutputStream out = exchange.getResponseBody();
          out.write(bytes);
          out.flush();
        });
    return this;
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      received.add(
          new Received(
              exchange.getRequestMethod(),
              exchange.getRequestURI().toString(),
              new String(exchange.getRequestBody().readAllBytes(), UTF_8),
              header(exchange, "Authorization"),
              header(exchange, "Last-Event-ID")));
      Answer answer = answers.poll();
      if (answer == null) {
        exchange.sendResponseHeaders(500, -1);
      } else {
        answer.send(exchange);
      }
    }
  }

  private static Optional<String> header(HttpExchange exchange, String name) {
    return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
