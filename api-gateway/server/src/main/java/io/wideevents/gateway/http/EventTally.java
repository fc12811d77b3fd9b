package io.wideevents.gateway.http;

import io.wideevents.event.Tier;
import io.wideevents.gateway.http.EventsReply.Accepted;
import io.wideevents.gateway.http.EventsReply.Entry;
import io.wideevents.gateway.http.EventsReply.Refused;
import io.wideevents.gateway.http.EventsReply.Unconfirmed;
import io.wideevents.gateway.http.EventsReply.Withheld;
import io.wideevents.gateway.metrics.GatewayMetrics;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The events of one request, counted by outcome, so that each metric is incremented once.
 *
 * @param rejected by the code of the first problem of the event
 */
record EventTally(
    Map<Tier, Integer> accepted, Map<String, Integer> rejected, int withheld, int unconfirmed) {
  /** The reason of valid events that were not published because of {@code handling=strict}. */
  private static final String WITHHELD = "handling_strict";

  static EventTally of(List<Entry> entries) {
    Map<Tier, Integer> accepted = new EnumMap<>(Tier.class);
    Map<String, Integer> rejected = new HashMap<>();
    int withheld = 0;
    int unconfirmed = 0;
    for (Entry entry : entries) {
      switch (entry) {
        case Accepted one -> accepted.merge(one.tier(), 1, Integer::sum);
        case Refused one -> rejected.merge(one.errors().getFirst().code(), 1, Integer::sum);
        case Unconfirmed one -> unconfirmed++;
        case Withheld one -> withheld++;
      }
    }
    return new EventTally(accepted, rejected, withheld, unconfirmed);
  }

  int acceptedEvents() {
    return sum(accepted);
  }

  int rejectedEvents() {
    return sum(rejected);
  }

  /** The weakest tier that stored one of the events; empty when no event was accepted. */
  Optional<Tier> weakestTier() {
    @Nullable Tier weakest = null;
    for (Tier tier : accepted.keySet()) {
      weakest = weakest == null ? tier : weakest.weaker(tier);
    }
    return Optional.ofNullable(weakest);
  }

  private static int sum(Map<?, Integer> counts) {
    int sum = 0;
    for (int count : counts.values()) {
      sum += count;
    }
    return sum;
  }

  /**
   * Adds these events to the metrics.
   *
   * @param took time until all events had an outcome
   */
  void count(GatewayMetrics metrics, Duration took) {
    accepted.forEach(metrics::accepted);
    rejected.forEach(metrics::rejected);
    if (withheld > 0) {
      metrics.rejected(WITHHELD, withheld);
    }
    if (unconfirmed > 0) {
      metrics.unconfirmed(unconfirmed);
    } else {
      weakestTier().ifPresent(weakest -> metrics.acknowledged(weakest, took));
    }
  }
}
