package io.wideevents.query.trace;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.query.trace.GatewayState.TierState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PipelinePanelTest {
  private final AtomicLong nanoTime = new AtomicLong();
  private final FakeEventTopics topics = new FakeEventTopics();
  private final PipelinePanel panel =
      new PipelinePanel(() -> state("up"), Optional.of(topics), nanoTime::get);

  private static GatewayState state(String... tiers) {
    List<TierState> states = new ArrayList<>();
    for (String state : tiers) {
      states.add(new TierState("tier", state, ""));
    }
    return new GatewayState(states, new GatewayState.Spool(0, 0, Optional.empty()));
  }

  @Test
  void kafka_isAskedOnceInFiveSeconds() {
    assertThat(panel.kafka().lag().orElseThrow().total()).isEqualTo(120);
    nanoTime.addAndGet(Duration.ofMillis(4_900).toNanos());
    panel.kafka();
    assertThat(topics.calls).isEqualTo(2);

    nanoTime.addAndGet(Duration.ofMillis(200).toNanos());
    panel.kafka();

    assertThat(topics.calls).isEqualTo(4);
  }

  @Test
  void kafka_thatDoesNotAnswer_isNamedAndNotAskedByEveryCaller() {
    topics.answers = false;

    PipelinePanel.Kafka kafka = panel.kafka();
    panel.kafka();

    assertThat(kafka.lag()).isEmpty();
    assertThat(kafka.deadLetters()).isEmpty();
    assertThat(kafka.reason()).isEqualTo("no broker answered in time");
    assertThat(topics.calls).isEqualTo(1);
  }

  @Test
  void kafka_isReportedAgainAfterAnOutage() {
    topics.answers = false;
    panel.kafka();
    topics.answers = true;
    nanoTime.addAndGet(Duration.ofSeconds(6).toNanos());

    PipelinePanel.Kafka kafka = panel.kafka();

    assertThat(kafka.lag()).isPresent();
    assertThat(kafka.reason()).isEmpty();
  }

  @Test
  void kafka_doesNotBlockASecondCaller() throws Exception {
    List<PipelinePanel.Kafka> meanwhile = new ArrayList<>();
    topics.meanwhile =
        () -> {
          topics.meanwhile = () -> {};
          Thread second = new Thread(() -> meanwhile.add(panel.kafka()));
          second.start();
          try {
            second.join(10_000);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };

    panel.kafka();

    assertThat(meanwhile).hasSize(1);
    assertThat(meanwhile.getFirst().reason()).isEqualTo("Kafka was not queried yet");
  }

  @Test
  void kafka_isNotAskedWithoutAMessageQueue() {
    PipelinePanel direct = new PipelinePanel(() -> state("up"), Optional.empty(), nanoTime::get);

    assertThat(direct.kafka().reason()).isEqualTo("MQ_ENABLED is false");
  }

  @ParameterizedTest
  @CsvSource({
    "up, up, ready",
    "up, down, ready",
    "probing, up, degraded",
    "down, up, degraded",
    "down, probing, degraded",
    "down, down, down"
  })
  void status_followsTheTiers(String first, String second, String status) {
    assertThat(state(first, second).status()).isEqualTo(status);
  }
}
