package io.wideevents.worker.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.worker.batch.PipelineStatus;
import io.wideevents.worker.consume.ConsumerStatus;
import io.wideevents.worker.testing.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HealthCheckTest {
  private List<ConsumerStatus.StoppedPartition> stopped = List.of();
  private final ManualClock clock = new ManualClock();
  private ConsumerStatus status = status(true, false, false, 0);
  private boolean kafka = true;
  private boolean mongo = true;
  private final HealthCheck health = new HealthCheck(() -> status, () -> kafka, () -> mongo, clock);

  @Test
  void ready_whenEverythingWorks() {
    assertThat(health.readiness().isReady()).isTrue();
  }

  @Test
  void notReady_whenKafkaIsDown_yetLive() {
    kafka = false;

    assertThat(health.readiness().reasons()).containsExactly("Kafka cannot be reached");
    assertThat(health.isLive()).isTrue();
  }

  @Test
  void notReady_beforeJoiningTheGroup() {
    status = status(false, false, false, 0);

    assertThat(health.readiness().reasons())
        .containsExactly("not a member of the consumer group yet");
  }

  @Test
  void notReady_whenWritesGoUnanswered_yetLive() {
    status = status(true, true, false, 0);

    assertThat(health.readiness().mongodb()).isFalse();
    assertThat(health.readiness().reasons())
        .containsExactly("MongoDB takes no writes: server error 371: user writes blocked");
    assertThat(health.isLive()).isTrue();
  }

  @Test
  void notReady_whenMongoDoesNotAnswerThePing() {
    mongo = false;

    assertThat(health.readiness().reasons()).containsExactly("MongoDB takes no writes");
  }

  @Test
  void notReady_whenTheCollectionCannotHoldEvents() {
    HealthCheck unsuitable =
        new HealthCheck(
            () -> status,
            () -> kafka,
            new HealthCheck.MongoPing() {
              @Override
              public boolean answers() {
                return mongo;
              }

              @Override
              public Optional<String> unavailability() {
                return Optional.of("the collection is capped");
              }
            },
            clock);

    assertThat(unsuitable.readiness().reasons()).containsExactly("the collection is capped");
    assertThat(unsuitable.readiness().mongodb()).isFalse();
    assertThat(unsuitable.isLive()).isTrue();
  }

  @Test
  void notReady_whileTheCircuitBreakerIsOpen() {
    status = status(true, false, true, 0);

    assertThat(health.readiness().reasons())
        .singleElement()
        .asString()
        .contains("dead-letter circuit breaker");
  }

  @Test
  void notReady_whenPollingIsPausedForLong() {
    status = status(true, false, false, 31_000);

    assertThat(health.readiness().reasons())
        .containsExactly(
            "polling has been paused for 31 seconds: 5 of 7 records wait for a retry or for the dead-letter topic");
  }

  @Test
  void ready_withAWarningWhenTheCollectionDiffers() {
    HealthCheck warned =
        new HealthCheck(() -> status, () -> true, () -> true, () -> List.of("differs"), clock);

    assertThat(warned.readiness().isReady()).isTrue();
    assertThat(new String(HealthJson.of(warned.readiness()), UTF_8))
        .contains("\"reasons\":[],\"warnings\":[\"differs\"],\"kafka\":\"up\"");
  }

  @Test
  void notReady_whenAPartitionIsStopped() {
    stopped = List.of(new ConsumerStatus.StoppedPartition(3, 4711, "Record is corrupt"));
    status = status(true, false, false, 0);

    assertThat(health.readiness().reasons())
        .containsExactly("partition 3 is stopped at offset 4711: Record is corrupt");
  }

  @Test
  void notReady_whenStopping() {
    health.stopping();

    assertThat(health.readiness().reasons()).containsExactly("the worker is stopping");
  }

  @Test
  void notLive_whenThePollingThreadHasNotTurnedForLong() {
    clock.advance(Duration.ofSeconds(90));

    assertThat(health.isLive()).isFalse();
  }

  private ConsumerStatus status(
      boolean joined, boolean databaseDown, boolean circuitOpen, long fullMillis) {
    return new ConsumerStatus(
        clock.getAsLong(),
        joined,
        databaseDown,
        new PipelineStatus(
            databaseDown,
            databaseDown ? "server error 371: user writes blocked" : "",
            circuitOpen,
            7,
            5,
            0,
            Duration.ZERO,
            Duration.ofMillis(fullMillis)),
        0,
        List.of(new ConsumerStatus.PartitionLag(0, 12, 3.5)),
        stopped);
  }
}
