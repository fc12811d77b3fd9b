package io.wideevents.query.http;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.wideevents.query.store.EventStore;
import java.time.Duration;

/** Counts the requests of the query API. Safe for concurrent use. */
final class QueryMeters {
  static final String OK = "ok";

  private final MeterRegistry registry;

  QueryMeters(MeterRegistry registry, EventStore store) {
    this.registry = registry;
    Gauge.builder("wide_events.query.running", store, EventStore::running)
        .description("Queries that MongoDB is executing")
        .register(registry);
    Gauge.builder("wide_events.query.tails", store, EventStore::tails)
        .description("Open tails")
        .register(registry);
  }

  /** Registers the meters of the endpoint, so that they are visible before its first request. */
  void register(String endpoint) {
    var unused = timer(endpoint, OK);
  }

  /**
   * @param outcome {@code ok}, {@code client_gone}, {@code failed} or the code of a problem
   */
  void ended(String endpoint, String outcome, Duration took) {
    timer(endpoint, outcome).record(took);
  }

  private Timer timer(String endpoint, String outcome) {
    return Timer.builder("wide_events.query.requests")
        .description("Time of requests of the query API, up to the end of the reply")
        .tag("endpoint", endpoint)
        .tag("outcome", outcome)
        .register(registry);
  }
}
