package io.wideevents.query.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.query.TestStore;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** That the comparison of the slow events with the others names the planted cause first. */
@EnabledIf(
    value = "io.wideevents.stack.TestStack#mongoIsServer",
    disabledReason = "The stand-in for MongoDB lacks expressions")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PlantedIncidentIT {
  /** More than a sample of the baseline takes. */
  private static final int EVENTS = 8_000;

  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");
  private static final String SLOW_AGAINST_ALL =
      """
      {"selection": {"filter": "duration:>800"}, "baseline": {"filter": "service:shop"}}
      """;

  /** An incident: which events it affects, and the field with the value that a person looks for. */
  enum Incident {
    REGION("region", "eu-west-1", event -> ShopEvents.is(event, "region", "eu-west-1")),
    VERSION("deploy.version", "4.2.1", event -> ShopEvents.is(event, "deploy.version", "4.2.1")),
    FEATURE_FLAG(
        "flags.newCheckout",
        "true",
        event -> ShopEvents.at(event, "flags.newCheckout").asBoolean().getValue()),
    DEVICE("device.type", "ios", event -> ShopEvents.is(event, "device.type", "ios")),
    LARGE_CARTS(
        "cart.size", "≥ ", event -> ShopEvents.at(event, "cart.size").asInt32().getValue() >= 15),
    MISSING_FIELD("cache.node", null, event -> !event.containsKey("cache")),
    CUSTOMER_TIER(
        "customer.tier",
        "enterprise",
        event -> ShopEvents.is(event, "customer.tier", "enterprise")),
    HOST("host", "host-7", event -> ShopEvents.is(event, "host", "host-7")),
    PAYMENT_PROVIDER(
        "payment.provider", "toss", event -> ShopEvents.is(event, "payment.provider", "toss")),
    TWO_VERSIONS_OF_ONE_HOST(
        "host",
        "host-3",
        event ->
            ShopEvents.is(event, "host", "host-3")
                && ShopEvents.at(event, "deploy.version").asString().getValue().startsWith("4.2")),
    TAG_IN_AN_ARRAY(
        "tags", "sale", event -> event.getArray("tags").contains(new BsonString("sale")));

    private final String field;
    private final @Nullable String value;
    private final Predicate<BsonDocument> isAffected;

    Incident(String field, @Nullable String value, Predicate<BsonDocument> isAffected) {
      this.field = field;
      this.value = value;
      this.isAffected = isAffected;
    }
  }

  private TestStore store;

  @BeforeAll
  void open() {
    store = new TestStore(PlantedIncidentIT.class);
  }

  @AfterAll
  void close() {
    store.close();
  }

  @ParameterizedTest
  @EnumSource
  void run_namesThePlantedCauseFirst(Incident incident) {
    // Given
    Random random = new Random(incident.ordinal());
    store.fill(ShopEvents.of(random, EVENTS, NOW, incident.isAffected));

    // When
    CompareResult result = compare(SLOW_AGAINST_ALL);

    // Then
    RankedField first = result.fields().getFirst();
    assertThat(first.field()).isEqualTo(incident.field);
    if (incident.value == null) {
      assertThat(first.values().getFirst().text()).isNull();
      assertThat(first.values().getFirst().filter()).isEqualTo("-has:cache.node");
    } else {
      assertThat(first.values().getFirst().text()).startsWith(incident.value);
    }
    assertThat(first.score()).isGreaterThan(0.2);
    assertThat(result.fields().stream().map(RankedField::field))
        .doesNotContain("requestId", "session.id", "status", "_summary")
        .noneMatch(name -> name.startsWith("error") || name.startsWith("performance"));
    assertThat(result.symptoms().stream().map(RankedField::field))
        .contains("performance.durationMs", "_ingest.outcome", "status");
  }

  @ParameterizedTest
  @EnumSource(names = {"REGION", "HOST", "LARGE_CARTS"})
  void run_namesTheCauseOfFewSlowEvents(Incident incident) {
    // Given: some 30 slow events
    Random random = new Random(100 + incident.ordinal());
    List<BsonDocument> events = ShopEvents.of(random, EVENTS, NOW, incident.isAffected);
    int[] slow = {0};
    events.removeIf(
        event ->
            ShopEvents.at(event, "performance.durationMs").asDouble().getValue() > 800
                && (!incident.isAffected.test(event) || slow[0]++ >= 30));
    store.fill(events);

    // When
    CompareResult result = compare(SLOW_AGAINST_ALL);

    // Then
    assertThat(result.selection().sampled()).isEqualTo(30);
    assertThat(result.fields().getFirst().field()).isEqualTo(incident.field);
  }

  @Test
  void run_findsNothingInARandomSelection() {
    // Given: events without an incident, of which some are marked at random
    Random random = new Random(7);
    double most = 0;
    for (double share : List.of(0.003, 0.02, 0.5)) {
      List<BsonDocument> events = ShopEvents.of(random, EVENTS, NOW, event -> false);
      events.forEach(
          event -> {
            if (random.nextDouble() < share) {
              event.append("marked", new BsonInt32(1));
            }
          });
      store.fill(events);

      // When
      CompareResult result =
          compare("{\"selection\": {\"filter\": \"has:marked\"}, \"baseline\": {}}");

      // Then
      assertThat(result.selection().events()).isBetween(1L, 4_500L);
      for (RankedField field : result.fields()) {
        most = Math.max(most, field.score());
      }
    }
    assertThat(most).isLessThan(0.05);
  }

  private CompareResult compare(String body) {
    return CompareQuery.run(
        CompareRequest.parse(body.getBytes(StandardCharsets.UTF_8), NOW), store.store().reads());
  }
}
