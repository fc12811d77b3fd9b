package io.wideevents.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.bson.BsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Posts the lines of docs/senders.md. {@code senders/NAME.ndjson} has the bytes that the sender
 * wrote, and {@code senders/NAME.stored.ndjson} what MongoDB had of each line.
 */
class SenderLinesTest {
  // The lines were written on this day. A later clock would find them too old.
  private static final Instant RECEIVED = Instant.parse("2026-11-30T17:00:00Z");

  private final TestServer server =
      TestServer.withIntake("lenient;nest;last-wins;zone=UTC", InstantSource.fixed(RECEIVED));

  @AfterEach
  void close() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fluent-bit",
        "log4j2",
        "pino",
        "pino-child",
        "python-logging",
        "rsyslog",
        "slog",
        "spring-ecs",
        "spring-ecs-service",
        "spring-logstash",
        "structlog",
        "syslog-ng",
        "winston",
        "zap",
        "zerolog"
      })
  void lines_areStoredAsThePageSays(String sender) throws IOException {
    HttpResponse<String> response = post(resource(sender + ".ndjson"));

    assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
    assertThat(documents())
        .isEqualTo(resource(sender + ".stored.ndjson").lines().map(BsonDocument::parse).toList());
  }

  @Test
  void identicalLines_areOneEvent() {
    String line =
        "{\"level\":\"info\",\"time\":\"2026-11-30T16:17:52Z\",\"message\":\"request\"}\n";

    post(line + line + line.replace("info", "warn"));

    assertThat(documents()).hasSize(3);
    assertThat(server.logger.durable()).hasSize(2);
  }

  private HttpResponse<String> post(String lines) {
    return server.post(
        lines.getBytes(UTF_8), "application/x-ndjson", "Wide-Service", "shop", "Wide-Route", "log");
  }

  private List<BsonDocument> documents() {
    return server.logger.calls().getLast().stream().map(SenderLinesTest::document).toList();
  }

  /** The time of arrival is not the sender's. */
  private static BsonDocument document(EncodedEvent event) {
    BsonDocument document = BsonDocument.parse(event.document(Tier.KAFKA).bson().toJson());
    document.getDocument("_ingest").remove("receivedAt");
    return document;
  }

  private static String resource(String name) throws IOException {
    try (InputStream file = SenderLinesTest.class.getResourceAsStream("senders/" + name)) {
      return new String(Objects.requireNonNull(file, name).readAllBytes(), UTF_8);
    }
  }
}
