package io.wideevents.worker.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wideevents.kafka.StoredDeadLetter;
import io.wideevents.worker.testing.LogRecords;
import io.wideevents.worker.testing.ManualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class DeadLetterReplayTest {
  private static final int LIMIT = 100;

  private final List<ProducerRecord<byte[], byte[]>> taken = new ArrayList<>();

  @Test
  void send_passesOverALetterTheTopicIsTooSmallFor() throws Exception {
    DeadLetterReplay replay = new DeadLetterReplay(new SmallTopic(), "log-events");

    int tooLarge = replay.send(List.of(letter(0, 10), letter(1, LIMIT + 1), letter(2, 20)));

    assertThat(tooLarge).isEqualTo(1);
    assertThat(taken).extracting(record -> record.value().length).containsExactly(10, 20);
  }

  @Test
  void send_stopsAtTheFirstLetterThatWaitedInVain() {
    List<ProducerRecord<byte[], byte[]>> tried = new ArrayList<>();
    DeadLetterReplay replay =
        new DeadLetterReplay(
            new SmallTopic() {
              @Override
              public synchronized Future<RecordMetadata> send(
                  ProducerRecord<byte[], byte[]> record) {
                tried.add(record);
                return CompletableFuture.failedFuture(new TimeoutException("no metadata"));
              }
            },
            "log-events");

    assertThatThrownBy(() -> replay.send(List.of(letter(0, 10), letter(1, 10))))
        .isInstanceOf(TimeoutException.class);
    assertThat(tried).hasSize(1);
  }

  private static StoredDeadLetter letter(long offset, int bytes) {
    byte[] value = "x".repeat(bytes).getBytes(UTF_8);
    return new StoredDeadLetter(
        LogRecords.of("log-events.dlq", 0, offset, value, ManualClock.START));
  }

  private class SmallTopic extends MockProducer<byte[], byte[]> {
    SmallTopic() {
      super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public synchronized Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record) {
      if (record.value().length > LIMIT) {
        return CompletableFuture.failedFuture(new RecordTooLargeException("too large"));
      }
      taken.add(record);
      return super.send(record);
    }
  }
}
