package io.wideevents.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class KafkaProducerSourceTest {
  @Test
  void awaitMetadata_asksTheSameProducerAgainWhileItConnects() {
    SlowToConnect producer = new SlowToConnect(3);

    KafkaProducerSource.awaitMetadata(producer, "log-events", Duration.ofMinutes(1));

    assertThat(producer.calls).isEqualTo(4);
  }

  @Test
  void awaitMetadata_failsWhenTheBoundHasPassed() {
    SlowToConnect producer = new SlowToConnect(Integer.MAX_VALUE);

    assertThatThrownBy(
            () -> KafkaProducerSource.awaitMetadata(producer, "log-events", Duration.ZERO))
        .isInstanceOf(TimeoutException.class);
    assertThat(producer.calls).isEqualTo(1);
  }

  /** Its first answers come too late, as with a broker that is several handshakes away. */
  private static final class SlowToConnect extends MockProducer<byte[], byte[]> {
    private final int timeouts;
    private int calls;

    SlowToConnect(int timeouts) {
      this.timeouts = timeouts;
    }

    @Override
    public List<PartitionInfo> partitionsFor(String topic) {
      if (calls++ < timeouts) {
        throw new TimeoutException("No metadata within half a second");
      }
      return List.of();
    }
  }
}
