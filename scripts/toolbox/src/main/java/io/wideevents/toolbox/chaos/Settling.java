package io.wideevents.toolbox.chaos;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.Admin;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Waits for a pipeline: to have all its parts, and to have nothing more to do. */
final class Settling {
  private static final Duration TIMEOUT = Duration.ofMinutes(5);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(500);
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);
  // A group that is at rest for so long, behind an empty spool, has nothing more to come.
  private static final int CALM_POLLS = 4;
  private static final Optional<String> READY = Optional.of("ready");
  private static final JsonMapper MAPPER = new JsonMapper();

  private final ChaosPipeline pipeline;
  private String lastSeen = "";

  /**
   * How it ended.
   *
   * @param took until nothing moved any more
   * @param stuck what did not come to rest in time; empty when all did
   * @param position of the group at the end
   */
  record Rest(Duration took, Optional<String> stuck, GroupPosition position) {}

  Settling(ChaosPipeline pipeline) {
    this.pipeline = pipeline;
  }

  /** Blocks until spool and group are at rest, at most 5 minutes. */
  Rest await() throws InterruptedException {
    long begin = System.nanoTime();
    int calm = 0;
    GroupPosition position = new GroupPosition(0, 0);
    try (HttpClient http = HttpClient.newHttpClient();
        Admin admin = Admin.create(Map.of("bootstrap.servers", pipeline.bootstrapServers()))) {
      while (calm < CALM_POLLS) {
        if (System.nanoTime() - begin > TIMEOUT.toNanos()) {
          return new Rest(since(begin), Optional.of(lastSeen), position);
        }
        OptionalLong spooled = spooled(http);
        position = GroupPosition.of(admin, ChaosPipeline.TOPIC, ChaosPipeline.GROUP);
        lastSeen =
            "spool: %s events; group: %,d of %,d records committed"
                .formatted(
                    spooled.isPresent() ? spooled.getAsLong() : "unknown",
                    position.committed(),
                    position.end());
        boolean rests = spooled.isPresent() && spooled.getAsLong() == 0 && position.atRest();
        calm = rests ? calm + 1 : 0;
        Thread.sleep(POLL_INTERVAL);
      }
    }
    return new Rest(since(begin), Optional.empty(), position);
  }

  private static Duration since(long begin) {
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  /**
   * Blocks until the gateway has all its tiers: before that, faults would hit what is not there.
   *
   * @throws IllegalStateException if it has not within 5 minutes
   */
  void awaitReady() throws InterruptedException {
    long begin = System.nanoTime();
    try (HttpClient http = HttpClient.newHttpClient()) {
      while (!readiness(http).map(ready -> ready.path("status").asString("")).equals(READY)) {
        if (System.nanoTime() - begin > TIMEOUT.toNanos()) {
          throw new IllegalStateException("The gateway is not ready within " + TIMEOUT);
        }
        Thread.sleep(POLL_INTERVAL);
      }
    }
  }

  // Events in the spool; empty when the gateway does not answer.
  private OptionalLong spooled(HttpClient http) throws InterruptedException {
    Optional<JsonNode> readiness = readiness(http);
    if (readiness.isPresent()) {
      for (JsonNode tier : readiness.get().path("tiers")) {
        if (tier.path("tier").asString("").equals("spool") && tier.has("events")) {
          return OptionalLong.of(tier.path("events").asLong());
        }
      }
    }
    return OptionalLong.empty();
  }

  private Optional<JsonNode> readiness(HttpClient http) throws InterruptedException {
    URI ready = pipeline.gatewayUrl().resolve("/health/ready");
    HttpRequest request = HttpRequest.newBuilder(ready).timeout(REQUEST_TIMEOUT).build();
    try {
      HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
      return Optional.of(MAPPER.readTree(response.body()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
