package io.wideevents.worker.deadletter;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;

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
   * Sends letters and waits until all are acknowledged, for twenty seconds at most.
   *
   * @throws KafkaException if one was not acknowledged; others may have been
   */
  public void send(List<StoredLetter> letters) throws InterruptedException {
    List<Future<RecordMetadata>> acknowledgements = new ArrayList<>(letters.size());
    for (StoredLetter letter : letters) {
      acknowledgements.add(
          producer.send(
              new ProducerRecord<>(
                  topic,
                  null,
                  letter.record().key(),
                  letter.record().value(),
                  letter.headersForReplay())));
    }
    for (Future<RecordMetadata> acknowledgement : acknowledgements) {
      try {
        acknowledgement.get();
      } catch (ExecutionException e) {
        throw e.getCause() instanceof KafkaException known
            ? known
            : new KafkaException(e.getCause());
      }
    }
  }
}
