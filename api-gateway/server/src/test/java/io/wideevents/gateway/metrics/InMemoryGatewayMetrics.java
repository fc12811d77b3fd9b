package io.wideevents.gateway.metrics;

import io.wideevents.event.Tier;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** Counts in fields, to be read by tests. Safe for concurrent use. */
public final class InMemoryGatewayMetrics implements GatewayMetrics {
  private final Map<Tier, Integer> accepted = new EnumMap<>(Tier.class);
  private final Map<Tier, Integer> acknowledged = new EnumMap<>(Tier.class);
  private final Map<String, Integer> rejected = new TreeMap<>();
  private final Map<String, Integer> requestsRefused = new TreeMap<>();
  private final Map<String, Integer> skipped = new TreeMap<>();
  private int received;
  private int unconfirmed;
  private int deadLettered;
  private long redacted;

  @Override
  public synchronized void received(int events) {
    received += events;
  }

  @Override
  public synchronized void accepted(Tier tier, int events) {
    accepted.merge(tier, events, Integer::sum);
  }

  @Override
  public synchronized void rejected(String reason, int events) {
    rejected.merge(reason, events, Integer::sum);
  }

  @Override
  public synchronized void deadLettered(int events) {
    deadLettered += events;
  }

  @Override
  public synchronized void unconfirmed(int events) {
    unconfirmed += events;
  }

  @Override
  public synchronized void acknowledged(Tier weakest, Duration took) {
    acknowledged.merge(weakest, 1, Integer::sum);
  }

  @Override
  public synchronized void requestRefused(String code) {
    requestsRefused.merge(code, 1, Integer::sum);
  }

  @Override
  public synchronized void skipped(String signal, int items) {
    skipped.merge(signal, items, Integer::sum);
  }

  @Override
  public synchronized void redacted(long values) {
    redacted += values;
  }

  public synchronized int received() {
    return received;
  }

  public synchronized Map<Tier, Integer> accepted() {
    return new EnumMap<>(accepted);
  }

  /** Requests acknowledged, by their weakest tier. */
  public synchronized Map<Tier, Integer> acknowledged() {
    return new EnumMap<>(acknowledged);
  }

  public synchronized Map<String, Integer> rejected() {
    return new TreeMap<>(rejected);
  }

  public synchronized int deadLettered() {
    return deadLettered;
  }

  public synchronized int unconfirmed() {
    return unconfirmed;
  }

  public synchronized Map<String, Integer> requestsRefused() {
    return new TreeMap<>(requestsRefused);
  }

  public synchronized Map<String, Integer> skipped() {
    return new TreeMap<>(skipped);
  }

  public synchronized long redacted() {
    return redacted;
  }

  /** Events of which it is known what became of them. */
  public synchronized int concluded() {
    return sum(accepted) + sum(rejected) + unconfirmed;
  }

  private static int sum(Map<?, Integer> counts) {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }
}
