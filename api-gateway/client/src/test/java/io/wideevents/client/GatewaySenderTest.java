package io.wideevents.client;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.wideevents.client.FakeGateway.Posted;
import io.wideevents.client.FakeGateway.Reply;
import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import io.wideevents.testing.LogCapture;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a batch, by the gateway's replies. */
@Timeout(60)
class GatewaySenderTest {
  private static final Duration AMPLE = Duration.ofSeconds(30);

  private final FakeGateway gateway = new FakeGateway();
  private final ClientCounters counters = new ClientCounters();
  private final GatewaySender sender = new GatewaySender(gateway.settings(), counters);

  @AfterEach
  void close() {
    sender.close();
    gateway.close();
  }

  @Test
  void send_postsOneCompressedArrayWithTheApiKey() {
    List<DeliveryOutcome> outcomes = send(3, AMPLE);

    assertThat(outcomes).hasSize(3).containsOnly(new DeliveryOutcome.Durable(Tier.KAFKA));
    assertThat(gateway.requests()).hasSize(1);
    Posted posted = gateway.requests().getFirst();
    assertThat(posted.ids()).isEqualTo(ids(3));
    assertThat(posted.headers())
        .containsEntry("Authorization", "Bearer key")
        .containsEntry("Content-encoding", "gzip")
        .containsEntry("Content-type", "application/json");
    assertThat(counters.delivered.sum()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 408, 429, 500, 502, 503, 504})
  void send_repeatsTheSameBytesUntilTheyAreConfirmed(int status) {
    gateway.behave(
        posted ->
            posted.number() < 3
                ? FakeGateway.problem(status, "not_confirmed")
                : gateway.accept(posted));

    List<DeliveryOutcome> outcomes = send(2, AMPLE);

    assertThat(outcomes).hasOnlyElementsOfType(DeliveryOutcome.Durable.class);
    assertThat(gateway.requests()).hasSize(4);
    byte[] first = gateway.requests().getFirst().bytes();
    assertThat(gateway.requests()).allMatch(posted -> Arrays.equals(posted.bytes(), first));
    assertThat(counters.retries.sum()).isEqualTo(3);
  }

  @Test
  void send_waitsForRetryAfter() {
    gateway.behave(
        posted ->
            posted.number() == 0
                ? new Reply(429, Map.of("Retry-After", "1"), "{\"code\":\"overloaded\"}")
                : gateway.accept(posted));
    long start = System.nanoTime();

    send(1, AMPLE);

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(990));
  }

  @Test
  void send_reportsTheRejectedEventsOfA207AndCountsTheirReasons() {
    gateway.behave(posted -> gateway.rejectSome(posted, List.of(ids(4).get(1), ids(4).get(3))));

    List<DeliveryOutcome> outcomes = send(4, AMPLE);

    DeliveryOutcome durable = new DeliveryOutcome.Durable(Tier.MONGODB);
    DeliveryOutcome rejected = new DeliveryOutcome.Refused("reserved_name", "field _x");
    assertThat(outcomes).containsExactly(durable, rejected, durable, rejected);
    assertThat(counters.rejected()).isEqualTo(Map.of("reserved_name", 2L));
    assertThat(gateway.requests()).hasSize(1);
  }

  @Test
  void send_reportsEveryEventOfA422() {
    gateway.behave(posted -> gateway.rejectSome(posted, ids(2)));

    assertThat(send(2, AMPLE)).hasOnlyElementsOfType(DeliveryOutcome.Refused.class);
    assertThat(counters.rejected()).isEqualTo(Map.of("reserved_name", 2L));
  }

  @ParameterizedTest
  @CsvSource({"413, body_too_large", "400, malformed_json"})
  void send_splitsABodyThatIsRejectedAsAWhole(int status, String code) {
    String poison = ids(9).get(6);
    gateway.behave(
        posted ->
            posted.ids().contains(poison)
                ? FakeGateway.problem(status, code)
                : gateway.accept(posted));

    List<DeliveryOutcome> outcomes = send(9, AMPLE);

    assertThat(outcomes.get(6)).isInstanceOf(DeliveryOutcome.Refused.class);
    assertThat(gateway.stored().keySet()).hasSize(8).doesNotContain(poison);
    assertThat(counters.rejected()).isEqualTo(Map.of(code, 1L));
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 204, 301, 401, 403, 404, 405, 415})
  void send_keepsEventsWhenOnlyAPersonCanChangeTheReply(int status) {
    send(1, AMPLE); // opens the connection, which may take longer than the deadlines below
    gateway.behave(posted -> new Reply(status, ""));

    try (LogCapture lines = new LogCapture(WideEventsClient.class)) {
      List<DeliveryOutcome> outcomes = send(2, Duration.ofMillis(500));
      send(2, Duration.ofMillis(500));

      assertThat(outcomes).hasOnlyElementsOfType(DeliveryOutcome.NotConfirmed.class);
      assertThat(lines.events()).filteredOn(line -> line.getLevel() == Level.ERROR).hasSize(1);
    }
    // Once a batch: the pause is longer than the deadline.
    assertThat(gateway.requests()).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html>Welcome</html>",
        "{\"accepted\":1,\"tier\":\"kafka\"}",
        "{\"accepted\":2}",
        "{\"accepted\":2,\"tier\":\"kafka\"} and more"
      })
  void send_believesA202OnlyInTheGatewaysForm(String body) {
    gateway.behave(posted -> new Reply(202, body));

    assertThat(send(2, Duration.ofMillis(200)))
        .hasOnlyElementsOfType(DeliveryOutcome.NotConfirmed.class);
  }

  /** The text of what is not a gateway must not look like further log lines. */
  @Test
  void send_logsNoControlCharactersOfAReply() {
    String text = "a\\nERROR forged\\u001b[2J";
    gateway.behave(
        posted ->
            new Reply(
                posted.number() == 0 ? 400 : 401,
                "{\"code\":\"%s\",\"title\":\"%s\",\"fix\":\"%s\"}".formatted(text, text, text)));

    try (LogCapture lines = new LogCapture(WideEventsClient.class)) {
      send(1, Duration.ofMillis(500));
      send(1, Duration.ofMillis(500));

      assertThat(lines.events()).hasSize(2);
      assertThat(lines.events())
          .flatExtracting(line -> line.getKeyValuePairs())
          .noneMatch(pair -> String.valueOf(pair.value).chars().anyMatch(c -> c < ' '));
      assertThat(counters.rejected().keySet())
          .noneMatch(code -> code.chars().anyMatch(c -> c < ' '));
    }
  }

  @Test
  void send_reportsAnOutageOnceAndItsEnd() {
    gateway.behave(
        posted ->
            posted.number() < 5 ? FakeGateway.problem(503, "draining") : gateway.accept(posted));

    try (LogCapture lines = new LogCapture(WideEventsClient.class)) {
      send(1, AMPLE);

      assertThat(lines.events())
          .extracting(line -> line.getLevel())
          .containsExactly(Level.WARN, Level.INFO);
    }
  }

  @Test
  void close_endsARequestWithoutAnAnswer() throws Exception {
    gateway.behave(posted -> new Reply(-1, ""));
    var outcomes = CompletableFuture.supplyAsync(() -> send(1, AMPLE));
    while (gateway.requests().isEmpty()) {
      Thread.onSpinWait();
    }

    sender.close();

    assertThat(outcomes.get(30, TimeUnit.SECONDS))
        .hasOnlyElementsOfType(DeliveryOutcome.NotConfirmed.class);
  }

  @Test
  void send_onAnInterruptedThreadDeliversAndKeepsTheFlag() {
    Thread.currentThread().interrupt();

    List<DeliveryOutcome> outcomes = send(1, AMPLE);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(outcomes).hasOnlyElementsOfType(DeliveryOutcome.Durable.class);
  }

  /** Random replies: each event is stored, or rejected, and its outcome says which. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void send_endsEveryEventWithTheOutcomeThatTheGatewayDecided(long seed) {
    // Given
    SplittableRandom random = new SplittableRandom(seed);
    int events = 1 + random.nextInt(60);
    int largest = 1 + random.nextInt(events);
    Set<String> invalid = new HashSet<>();
    ids(events).stream().filter(id -> random.nextInt(8) == 0).forEach(invalid::add);
    gateway.behave(posted -> randomReply(posted, random, largest, List.copyOf(invalid)));

    // When
    List<DeliveryOutcome> outcomes = send(events, AMPLE);

    // Then
    assertThat(outcomes).hasSize(events);
    for (int i = 0; i < events; i++) {
      String id = ids(events).get(i);
      if (invalid.contains(id)) {
        assertThat(outcomes.get(i)).isInstanceOf(DeliveryOutcome.Refused.class);
        assertThat(gateway.stored()).doesNotContainKey(id);
      } else {
        assertThat(outcomes.get(i)).isInstanceOf(DeliveryOutcome.Durable.class);
        assertThat(gateway.stored()).containsKey(id);
      }
    }
    assertThat(counters.delivered.sum()).isEqualTo(events - invalid.size());
  }

  private Reply randomReply(
      Posted posted, SplittableRandom random, int largest, List<String> invalid) {
    if (posted.ids().size() > largest) {
      return FakeGateway.problem(413, "too_many_events");
    }
    return switch (random.nextInt(8)) {
      case 0 -> new Reply(429, Map.of("Retry-After", "0"), "");
      case 1 -> FakeGateway.problem(503, "not_confirmed");
      case 2 -> {
        // Stored, and the reply is lost.
        var unused = gateway.rejectSome(posted, invalid);
        yield new Reply(0, "");
      }
      case 3 -> FakeGateway.problem(400, "incomplete_body");
      default -> gateway.rejectSome(posted, invalid);
    };
  }

  private List<DeliveryOutcome> send(int events, Duration within) {
    List<byte[]> bodies = new ArrayList<>();
    StubEvent.many(events).forEach(event -> bodies.add(event.postedJson()));
    return sender.send(bodies, Deadline.after(within));
  }

  private static List<String> ids(int events) {
    return StubEvent.many(events).stream().map(event -> event.id().toString()).toList();
  }
}
