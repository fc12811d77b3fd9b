package io.wideevents.toolbox.sample;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.toolbox.load.RequestBody;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SampleTrafficTest {
  private static final Instant START = Instant.parse("2026-11-22T09:00:00Z");
  private static final JsonMapper MAPPER = new JsonMapper();

  @Test
  void next_givesTheSameBytesForTheSameSeedAndStartOnEveryMachine() throws Exception {
    // Given
    SampleTraffic traffic = new SampleTraffic(42, START);
    MessageDigest digest = MessageDigest.getInstance("SHA-256");

    // When
    for (int i = 0; i < 10_000; i++) {
      digest.update(traffic.next());
    }

    // Then: change this only together with the events
    assertThat(HexFormat.of().formatHex(digest.digest()))
        .isEqualTo("38fc6371e6c0e7bb013ac6bd2345212bbbf0c43764bd1ccec49489553ab2b69a");
  }

  @Test
  void next_givesOtherEventsForAnotherSeed() {
    assertThat(new SampleTraffic(1, START).next()).isNotEqualTo(new SampleTraffic(2, START).next());
  }

  @Test
  void next_goesBackToTheStartAfterACycle() {
    // Given: 2 000 events are 20 s of the shop's time
    Duration cycle = Duration.ofSeconds(5);
    SampleTraffic traffic = new SampleTraffic(7, START, cycle);

    // When / Then
    for (int i = 0; i < 2_000; i++) {
      assertThat(timestamp(MAPPER.readTree(traffic.next()))).isBetween(START, START.plus(cycle));
    }
  }

  @Test
  void next_writesTheSecondsOfAFullMinuteToo() throws Exception {
    // Given: a clock that stands still on the minute, where java.time would leave them out
    SampleTraffic traffic = new SampleTraffic(7, START, Duration.ofMillis(1));

    // When / Then
    for (int i = 0; i < 100; i++) {
      JsonNode timestamp = MAPPER.readTree(traffic.next()).path("timestamp");
      if (timestamp.isString()) {
        assertThat(timestamp.asString()).containsPattern("T\\d\\d:00:00");
      }
    }
  }

  @Test
  void next_showsEveryServiceAndEveryOutcome() {
    // When
    List<JsonNode> events = events(5_000);

    // Then
    Map<String, Integer> byService = new HashMap<>();
    events.forEach(event -> byService.merge(event.path("service").asString(), 1, Integer::sum));
    assertThat(byService).containsOnlyKeys("checkout", "cart", "search", "auth", "inventory");
    assertThat(events).anyMatch(event -> event.path("error").isObject());
    assertThat(events).anyMatch(event -> event.path("performance").isMissingNode());
    assertThat(events).anyMatch(event -> event.at("/performance/durationMs").asDouble() > 1000);
    assertThat(events).anyMatch(event -> event.at("/user/id").isIntegralNumber());
    assertThat(events).anyMatch(event -> event.at("/user/id").isString());
  }

  @Test
  void next_holdsWhatIsHardToCarry() {
    // When
    String text = String.join("\n", IntStream.range(0, 2_000).mapToObj(this::line).toList());

    // Then
    assertThat(text)
        .contains("겨울 코트", "☕", "\"$reason\"", "\"model.version\"", "\"3ds\"")
        .containsPattern("\"id\":90071992\\d{8}")
        .containsPattern("\"exchangeRate\":\\d{5}\\.\\d{20}");
  }

  @Test
  void next_plantsAnIncidentInOneRouteOfOneService() {
    // When
    List<JsonNode> checkouts =
        events(60_000).stream()
            .filter(event -> event.path("route").asString().equals("POST /v1/checkout"))
            .toList();

    // Then
    assertThat(failureRate(checkouts.stream().filter(this::inIncident).toList()))
        .isBetween(0.5, 0.7);
    assertThat(failureRate(checkouts.stream().filter(event -> !inIncident(event)).toList()))
        .isLessThan(0.06);
  }

  @Test
  void next_givesTheEventsOfTheIncidentABuildThatNoOtherEventHas() {
    // When
    List<JsonNode> events = events(60_000);

    // Then
    List<JsonNode> ofBuild =
        events.stream()
            .filter(event -> event.path("build").asString().equals(Shop.INCIDENT.build()))
            .toList();
    assertThat(ofBuild)
        .hasSizeGreaterThan(100)
        .allMatch(this::inIncident)
        .allMatch(event -> event.path("route").asString().equals("POST /v1/checkout"));
  }

  @Test
  void batches_divideTheCountAndTheLastHasTheRest() {
    assertThat(new SampleTraffic(1, START).batches(10, 4).map(RequestBody::events))
        .containsExactly(4, 4, 2);
  }

  @Test
  void batches_haveTheSameEventsWhateverTheirSize() {
    assertThat(bytes(new SampleTraffic(1, START).batches(100, 7)))
        .isEqualTo(bytes(new SampleTraffic(1, START).batches(100, 100)));
  }

  private static byte[] bytes(Stream<RequestBody> batches) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    batches.forEach(batch -> all.writeBytes(batch.bytes()));
    return all.toByteArray();
  }

  private final SampleTraffic lines = new SampleTraffic(3, START);

  private String line(int unused) {
    return new String(lines.next(), UTF_8);
  }

  private static List<JsonNode> events(int count) {
    SampleTraffic traffic = new SampleTraffic(42, START);
    return IntStream.range(0, count).mapToObj(i -> MAPPER.readTree(traffic.next())).toList();
  }

  private boolean inIncident(JsonNode event) {
    long second = Duration.between(START, timestamp(event)).toSeconds() % 60;
    return second >= 20 && second < 35;
  }

  private static double failureRate(List<JsonNode> events) {
    long failed = events.stream().filter(event -> event.path("error").isObject()).count();
    return (double) failed / events.size();
  }

  private static Instant timestamp(JsonNode event) {
    JsonNode timestamp = event.path("timestamp");
    return timestamp.isIntegralNumber()
        ? Instant.ofEpochMilli(timestamp.asLong())
        : OffsetDateTime.parse(timestamp.asString()).toInstant();
  }
}
