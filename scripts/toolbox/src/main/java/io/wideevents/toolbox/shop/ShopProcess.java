package io.wideevents.toolbox.shop;

import io.wideevents.stack.ChildProcess;
import io.wideevents.toolbox.pipeline.ProjectHome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.json.JsonMapper;

/** A shop process. The caller closes it. */
final class ShopProcess implements AutoCloseable {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(90);
  private static final Duration STATS_TIMEOUT = Duration.ofSeconds(10);
  private static final Pattern LISTENING =
      Pattern.compile("The shop listens on (http://127\\.0\\.0\\.1:\\d+)");
  private static final Pattern CONNECTED = Pattern.compile("Connected to Kafka broker");

  private final LogMode mode;
  private final ChildProcess process;

  private ShopProcess(LogMode mode, ChildProcess process) {
    this.mode = mode;
    this.process = process;
  }

  /** Starts a shop. Does not block. */
  static ShopProcess start(
      ProjectHome home, LogMode mode, Map<String, String> environment, Path log) {
    List<String> flags = List.of("--port", "0", "--mode", mode.label());
    return new ShopProcess(mode, home.start("demo-shop", flags, environment, log));
  }

  /** Blocks until the shop has connected to the broker, at most 90 s. */
  void awaitKafka() {
    var unused = process.awaitLog(CONNECTED, START_TIMEOUT);
  }

  LogMode mode() {
    return mode;
  }

  /** Blocks until the shop answers, at most 90 s, and returns its address. */
  URI awaitListening() {
    Matcher listening = process.awaitLog(LISTENING, START_TIMEOUT);
    return URI.create(listening.group(1));
  }

  ShopStats stats(HttpClient client, URI shop) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(shop.resolve("/stats")).timeout(STATS_TIMEOUT).build();
    try {
      String body = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
      return JsonMapper.shared().readValue(body, ShopStats.class);
    } catch (IOException e) {
      throw new UncheckedIOException("The shop does not report its stats", e);
    }
  }

  void kill() {
    process.kill9();
  }

  @Override
  public void close() {
    process.close();
  }
}
