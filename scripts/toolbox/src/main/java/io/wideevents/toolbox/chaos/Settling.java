package io.wideevents.toolbox.chaos;

import io.wideevents.toolbox.pipeline.GatewayHealth;
import io.wideevents.toolbox.pipeline.GatewayHealth.Readiness;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.Admin;

/** Waits for a pipeline: to have all its parts, and to have nothing more to do. */
final class Settling {
  private static final Duration TIMEOUT = Duration.ofMinutes(5);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(500);
  // A group that is at rest for so long, behind an empty spool, has nothing more to come.
  private static final int CALM_POLLS = 4;

  private final ChaosPipeline pipeline;

  /**
   * How it ended.
   *
   * @param took until nothing moved any more
   * @param stuck what did not come to rest in time; empty when all did
   * @param position of the group at the end
   */
  record Rest(Duration took, Optional<String> stuck, GroupPosition position) {}

  Settling(ChaosPipeline pipeline) {
    this.pipeline = pipeline;
  }

  /**
   * Blocks until the gateway has all its tiers: before that, faults would hit what is not there.
   *
   * @throws IllegalStateException if it has not within 5 minutes
   */
  void awaitReady() throws InterruptedException {
    try (GatewayHealth health = new GatewayHealth(pipeline.gatewayUrl())) {
      health.await("all tiers up", now -> now.status().equals("ready"), TIMEOUT);
    }
  }

  /** Blocks until spool and group are at rest, at most 5 minutes. */
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
