package io.wideevents.gateway.http;

import io.javalin.http.Context;
import io.wideevents.delivery.tiers.TierStatus;
import io.wideevents.delivery.tiers.TierStatus.State;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import tools.jackson.core.JsonGenerator;

/**
 * {@code /health/live} and {@code /health/ready}. The gateway is ready when at least one tier can
 * store a posted event. A gateway that lost Kafka is ready and reports {@code degraded}.
 */
final class Health {
  private final Supplier<List<TierStatus>> tiers;
  private final ReplyWriter writer = new ReplyWriter();
  private volatile boolean draining;

  /**
   * @param tiers status of every tier, strongest first; must not block
   */
  Health(Supplier<List<TierStatus>> tiers) {
    this.tiers = tiers;
  }

  /** Reports not ready from now on, because the process is about to stop. */
  void drain() {
    draining = true;
  }

  boolean draining() {
    return draining;
  }

  void live(Context ctx) {
    ctx.contentType("application/json");
    ctx.result(writer.object(out -> out.writeStringProperty("status", "live")));
  }

  void ready(Context ctx) {
    List<TierStatus> now = tiers.get();
    boolean ready = !draining && now.stream().anyMatch(tier -> tier.state() != State.DOWN);
    ctx.status(ready ? 200 : 503).contentType("application/json");
    ctx.result(
        writer.object(
            out -> {
              out.writeStringProperty("status", status(ready, now));
              out.writeArrayPropertyStart("tiers");
              now.forEach(tier -> write(out, tier));
              out.writeEndArray();
            }));
  }

  private static void write(JsonGenerator out, TierStatus tier) {
    out.writeStartObject();
    out.writeStringProperty("tier", tier.tier().label());
    out.writeStringProperty("state", tier.state().name().toLowerCase(Locale.ROOT));
    tier.since().ifPresent(since -> out.writeStringProperty("since", since.toString()));
    if (!tier.detail().isEmpty()) {
      out.writeStringProperty("detail", tier.detail());
    }
    tier.backlog()
        .ifPresent(
            backlog -> {
              out.writeNumberProperty("events", backlog.events());
              out.writeNumberProperty("bytes", backlog.bytes());
              backlog
                  .oldest()
                  .ifPresent(oldest -> out.writeStringProperty("oldest", oldest.toString()));
            });
    out.writeEndObject();
  }

  private String status(boolean ready, List<TierStatus> now) {
    if (draining) {
      return "draining";
    }
    if (!ready) {
      return "unavailable";
    }
    return now.getFirst().state() == State.UP ? "ready" : "degraded";
  }
}
