package io.wideevents.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wideevents.kafka.ProducerConnection.Disconnected;
import io.wideevents.time.VirtualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class ProducerConnectionTest {
  private static final Duration CHECK_AGE = Duration.ofSeconds(5);

  private final VirtualTime time = new VirtualTime();
  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final ScriptedSource source = new ScriptedSource();
  private final ProducerConnection connection =
      new ProducerConnection(
          source,
          new ProducerConnection.Settings("test-connect", "localhost:9092", Optional.empty()),
          LoggerFactory.getLogger(ProducerConnectionTest.class),
          time);

  @AfterEach
  void close() {
    connection.close();
  }

  @Test
  void unavailability_isEmptyWhileConnected() {
    assertThat(connection.unavailability()).map(Disconnected::reason).hasValue("not connected yet");

    connect();

    assertThat(connection.unavailability()).isEmpty();
  }

  @Test
  void unavailability_keepsTheBeginningOfTheOutage() {
    // Given
    connect();
    time.advance(Duration.ofMinutes(1));
    Instant lost = time.wallClock().instant();
    source.connectFailure = new KafkaException("no broker");

    // When
    connection.replace(producer, new ProducerFencedException("fenced"));
    Optional<Disconnected> atOnce = connection.unavailability();
    time.advance(Duration.ofMinutes(1));

    // Then
    assertThat(atOnce).hasValue(new Disconnected("fenced", lost));
    assertThat(connection.unavailability()).hasValue(new Disconnected("no broker", lost));
  }

  @Test
  void recheckIfOlder_keepsTheInterruptFlagAndChecksAgain() {
    // Given
    connect();
    time.advance(CHECK_AGE);
    source.checkFailure = new InterruptedException("closing");

    // When
    assertThatThrownBy(() -> connection.recheckIfOlder(CHECK_AGE))
        .isInstanceOf(InterruptException.class);

    // Then
    assertThat(Thread.interrupted()).isTrue();
    source.checkFailure = null;
    connection.recheckIfOlder(CHECK_AGE);
    assertThat(source.checks).isEqualTo(2);
  }

  @Test
  void recheckIfOlder_reportsTheAgeOfTheLastFailure() {
    // Given
    connect();
    time.advance(CHECK_AGE);
    source.checkFailure = new KafkaException("no such topic");
    assertThatThrownBy(() -> connection.recheckIfOlder(CHECK_AGE))
        .isInstanceOf(KafkaException.class)
        .hasMessageContaining("0 ms ago: no such topic");

    // When
    time.advance(Duration.ofSeconds(2));

    // Then
    assertThatThrownBy(() -> connection.recheckIfOlder(CHECK_AGE))
        .isInstanceOf(KafkaException.class)
        .hasMessageContaining("2000 ms ago: no such topic");
    assertThat(source.checks).isOne();
  }

  private void connect() {
    connection.start();
    time.advance(Duration.ZERO);
    assertThat(connection.producer()).containsSame(producer);
  }

  private final class ScriptedSource implements ProducerSource {
    private @Nullable RuntimeException connectFailure;
    private @Nullable Exception checkFailure;
    private int checks;

    @Override
    public Producer<byte[], byte[]> connect() {
      if (connectFailure != null) {
        throw connectFailure;
      }
      return producer;
    }

    @Override
    public void recheck() throws Exception {
      checks++;
      if (checkFailure != null) {
        throw checkFailure;
      }
    }
  }
}
