package io.wideevents.toolbox.chaos;

import io.wideevents.toolbox.pipeline.GatewayHealth;
import io.wideevents.toolbox.pipeline.GatewayHealth.Readiness;
import io.wideevents.toolbox.pipeline.TopicView;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** Waits until a pipeline is ready, or until it is idle. */
final class Settling {
  private static final Duration TIMEOUT = Duration.ofMinutes(5);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(500);
  // If the spool is empty and the group makes no progress in this many polls, no more records will
  // arrive.
  private static final int CALM_POLLS = 4;

  private final ChaosPipeline pipeline;

  /**
   * How the wait ended.
   *
   * @param took until the pipeline was idle
   * @param stuck a description of the pipeline if it was not idle in time; empty otherwise
   * @param endOffset records of the topic, over all partitions
   * @param committed records that the group has committed
   */
  record Rest(Duration took, Optional<String> stuck, long endOffset, long committed) {}

  Settling(ChaosPipeline pipeline) {
    this.pipeline = pipeline;
  }

  /**
   * Blocks until the gateway is connected to all its tiers, so that faults hit running tiers.
   *
   * @throws IllegalStateException if a tier is not connected within 5 minutes
   */
  void awaitReady() throws InterruptedException {
    try (GatewayHealth health = new GatewayHealth(pipeline.gatewayUrl())) {
      health.await("all tiers up", now -> now.status().equals("ready"), TIMEOUT);
    }
  }

  /** Blocks until the spool is empty and the group has no lag, at most 5 minutes. */
  Rest awaitRest() throws InterruptedException {
    long begin = System.nanoTime();
    try (GatewayHealth health = new GatewayHealth(pipeline.gatewayUrl());
        TopicView topic = new TopicView(pipeline.bootstrapServers(), ChaosPipeline.TOPIC)) {
      for (int calm = 0; ; Thread.sleep(POLL_INTERVAL)) {
        OptionalLong spooled =
            health.ask().map(Readiness::spooledEvents).orElse(OptionalLong.empty());
        long end = topic.total();
        long committed = end - topic.lag(ChaosPipeline.GROUP);
        calm = spooled.orElse(-1) == 0 && committed == end ? calm + 1 : 0;
        if (calm == CALM_POLLS) {
          return new Rest(since(begin), Optional.empty(), end, committed);
        }
        if (System.nanoTime() - begin > TIMEOUT.toNanos()) {
          String seen =
              "spool: %s events; group: %,d of %,d records committed"
                  .formatted(spooled.isPresent() ? spooled.getAsLong() : "unknown", committed, end);
          return new Rest(since(begin), Optional.of(seen), end, committed);
        }
      }
    }
  }

  private static Duration since(long begin) {
    return Duration.ofNanos(System.nanoTime() - begin);
  }
}
