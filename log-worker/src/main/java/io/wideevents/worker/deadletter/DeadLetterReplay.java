package io.wideevents.worker.deadletter;

import io.wideevents.kafka.StoredLetter;
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
 * Puts dead letters back into the topic they came from, with their original key, value and headers
 * and a count of their replays. Doing so twice is harmless: an event is stored once.
 *
 * <p>Not thread-safe. The producer is its owner's to close.
 */
public final class DeadLetterReplay {
  private final Producer<byte[], byte[]> producer;
  private final String topic;

  public DeadLetterReplay(Producer<byte[], byte[]> producer, String topic) {
    this.producer = producer;
    this.topic = topic;
  }

  /**
   * Sends letters and waits until all are acknowledged, for half a minute at most.
   *
   * @return how many the topic is too small for; they are not in it, all others are
   * @throws KafkaException if one was not acknowledged; others may have been
   */
  public int send(List<StoredLetter> letters) throws InterruptedException {
    int tooLarge = 0;
    List<Future<RecordMetadata>> open = new ArrayList<>(letters.size());
    for (StoredLetter letter : letters) {
      Future<RecordMetadata> acknowledgement =
          producer.send(
              new ProducerRecord<>(
                  topic,
                  null,
                  letter.record().key(),
                  letter.record().value(),
                  letter.headersForReplay()));
      if (acknowledgement.isDone()) {
        // A send that fails at once has blocked for seconds; the next would do the same.
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

  /** Whether the topic has taken a letter; false if it never will. */
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
