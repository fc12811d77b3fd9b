package io.wideevents.worker.deadletter;

import io.wideevents.kafka.StoredDeadLetter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;

/**
 * Sends dead letters to the topic they came from, with their original key, value and headers, and a
 * count of their replays. A second replay is harmless, because an event is stored once.
 *
 * <p>Not thread-safe. The caller closes the producer.
 */
public final class DeadLetterReplay {
  private final Producer<byte[], byte[]> producer;
  private final String topic;

  public DeadLetterReplay(Producer<byte[], byte[]> producer, String topic) {
    this.producer = producer;
    this.topic = topic;
  }

  /**
   * Sends dead letters and waits until all are acknowledged, for half a minute at most.
   *
   * @return number of dead letters that are too large for the topic and were not written; all
   *     others were
   * @throws KafkaException if a dead letter was not acknowledged; other dead letters may have been
   */
  public int send(List<StoredDeadLetter> letters) throws InterruptedException {
    int tooLarge = 0;
    List<Future<RecordMetadata>> open = new ArrayList<>(letters.size());
    for (StoredDeadLetter letter : letters) {
      Future<RecordMetadata> acknowledgement =
          producer.send(
              new ProducerRecord<>(
                  topic,
                  null,
                  letter.record().key(),
                  letter.record().value(),
                  letter.headersForReplay()));
      if (acknowledgement.isDone()) {
        // A send that fails at once has blocked for seconds, and the next one would do the same.
        tooLarge += isTaken(acknowledgement) ? 0 : 1;
      } else {
        open.add(acknowledgement);
      }
    }
    for (Future<RecordMetadata> acknowledgement : open) {
      tooLarge += isTaken(acknowledgement) ? 0 : 1;
    }
    return tooLarge;
  }

  /** Whether the topic has accepted a dead letter; false if the dead letter is too large for it. */
  private static boolean isTaken(Future<RecordMetadata> acknowledgement)
      throws InterruptedException {
    try {
      acknowledgement.get();
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RecordTooLargeException) {
        return false;
      }
      throw e.getCause() instanceof KafkaException known ? known : new KafkaException(e.getCause());
    }
  }
}
