package io.wideevents.toolbox.load;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A gateway that gives the scripted answers, and then accepts all events. */
public final class ScriptedGateway implements AutoCloseable {
  private final HttpServer server;
  private final Queue<Answer> script = new ArrayDeque<>();
  private final List<Request> requests = new ArrayList<>();

  record Answer(int status, String retryAfter, String body) {}

  @SuppressWarnings("ArrayRecordComponent") // compared by the tests, content by content
  public record Request(String path, String encoding, byte[] body) {}

  public ScriptedGateway() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot listen", e);
    }
    server.createContext("/", this::handle);
    server.start();
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  public synchronized void answer(int status, String retryAfter, String body) {
    script.add(new Answer(status, retryAfter, body));
  }

  public synchronized List<Request> requests() {
    return List.copyOf(requests);
  }

  /** The gateway's answer when all events are in Kafka. */
  static String accepted(int events) {
    return IntStream.range(0, events)
        .mapToObj(
            i ->
                "{\"index\":%d,\"eventId\":\"01930000-0000-8000-8000-%012d\",\"tier\":\"kafka\"}"
                    .formatted(i, i))
        .collect(
            Collectors.joining(
                ",", "{\"accepted\":%d,\"tier\":\"kafka\",\"events\":[".formatted(events), "]}"));
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private synchronized void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      String encoding = exchange.getRequestHeaders().getFirst("Content-Encoding");
      requests.add(
          new Request(exchange.getRequestURI().getPath(), encoding == null ? "" : encoding, body));
      Answer answer = script.poll();
      if (answer == null) {
        answer = new Answer(202, "", accepted(lines(body)));
      }
      if (!answer.retryAfter().isEmpty()) {
        exchange.getResponseHeaders().set("Retry-After", answer.retryAfter());
      }
      byte[] reply = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(answer.status(), reply.length == 0 ? -1 : reply.length);
      exchange.getResponseBody().write(reply);
    }
  }

  private static int lines(byte[] body) {
    return (int) new String(body, StandardCharsets.UTF_8).lines().count();
  }
}
