package io.wideevents.toolbox.pipeline;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads {@code /health/ready} of a gateway. Safe for concurrent use. The caller closes this object.
 */
public final class GatewayHealth implements AutoCloseable {
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(200);
  private static final JsonMapper MAPPER = new JsonMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final HttpRequest request;

  /**
   * @param gateway its address, without a path
   */
  public GatewayHealth(URI gateway) {
    this.request =
        HttpRequest.newBuilder(gateway.resolve("/health/ready")).timeout(REQUEST_TIMEOUT).build();
  }

  /**
   * The readiness of a gateway.
   *
   * @param report the gateway's JSON
   */
  public record Readiness(JsonNode report) {
    /** {@code ready}, {@code degraded}, {@code unavailable} or {@code draining}. */
    public String status() {
      return report.path("status").asString("");
    }

    /** {@code up}, {@code probing} or {@code down}; empty if the gateway has no such tier. */
    public String state(String tier) {
      return tier(tier).path("state").asString("");
    }

    /** Number of events in the spool; empty if the gateway does not report it. */
    public OptionalLong spooledEvents() {
      JsonNode events = tier("spool").path("events");
      return events.isNumber() ? OptionalLong.of(events.asLong()) : OptionalLong.empty();
    }

    private JsonNode tier(String name) {
      for (JsonNode tier : report.path("tiers")) {
        if (tier.path("tier").asString("").equals(name)) {
          return tier;
        }
      }
      return MAPPER.missingNode();
    }
  }

  /** Requests the readiness; empty when the gateway does not answer within 5 s. */
  public Optional<Readiness> ask() throws InterruptedException {
    try {
      HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
      return Optional.of(new Readiness(MAPPER.readTree(response.body())));
    } catch (IOException | JacksonException e) {
      return Optional.empty();
    }
  }

  /**
   * Blocks until the readiness matches {@code wanted}.
   *
   * @param what description of the wanted state
   * @throws IllegalStateException if it does not match within {@code timeout}
   */
  public void await(String what, Predicate<Readiness> wanted, Duration timeout)
      throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!ask().filter(wanted).isPresent()) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException(
            "The gateway at %s: waited %s, without: %s".formatted(request.uri(), timeout, what));
      }
      Thread.sleep(POLL_INTERVAL);
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
  }
}
