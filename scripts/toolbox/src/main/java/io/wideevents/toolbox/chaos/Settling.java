package io.wideevents.toolbox.chaos;

import io.wideevents.toolbox.pipeline.GatewayHealth;
import io.wideevents.toolbox.pipeline.GatewayHealth.Readiness;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.Admin;

/** Waits until a pipeline is ready, or until it is idle. */
final class Settling {
  private static final Duration TIMEOUT = Duration.ofMinutes(5);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(500);
  // Behind an empty spool, a group without progress in so many polls has no more records to
  // receive.
  private static final int CALM_POLLS = 4;

  private final ChaosPipeline pipeline;

  /**
   * How the wait ended.
   *
   * @param took until the pipeline was idle
   * @param stuck a description of the pipeline if it was not idle in time; empty otherwise
   * @param position of the group at the end
   */
  record Rest(Duration took, Optional<String> stuck, GroupPosition position) {}

  Settling(ChaosPipeline pipeline) {
    this.pipeline = pipeline;
  }

  /**
   * Blocks until the gateway is connected to all its tiers, so that faults hit running tiers.
   *
   * @throws IllegalStateException if it is not within 5 minutes
   */
  void awaitReady() throws InterruptedException {
    try (GatewayHealth health = new GatewayHealth(pipeline.gatewayUrl())) {
      health.await("all tiers up", now -> now.status().equals("ready"), TIMEOUT);
    }
  }

  /** Blocks until the spool is empty and the group has no lag, at most 5 minutes. */
  Rest awaitRest() throws InterruptedException {
    long begin = System.nanoTime();
    int calm = 0;
    GroupPosition position = new GroupPosition(0, 0);
    String seen = "nothing yet";
    try (GatewayHealth health = new GatewayHealth(pipeline.gatewayUrl());
        Admin admin = Admin.create(Map.of("bootstrap.servers", pipeline.bootstrapServers()))) {
      while (calm < CALM_POLLS) {
        if (System.nanoTime() - begin > TIMEOUT.toNanos()) {
          return new Rest(since(begin), Optional.of(seen), position);
        }
        OptionalLong spooled =
            health.ask().map(Readiness::spooledEvents).orElse(OptionalLong.empty());
        position = GroupPosition.of(admin, ChaosPipeline.TOPIC, ChaosPipeline.GROUP);
        seen =
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
}
