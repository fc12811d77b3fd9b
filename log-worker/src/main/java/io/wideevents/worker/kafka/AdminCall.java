package io.wideevents.worker.kafka;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.InterruptException;

/** Waits for what an admin client was asked. */
final class AdminCall {
  // Above the client's own bound, which therefore gives the better message.
  static final Duration TIMEOUT = Duration.ofSeconds(6);

  private AdminCall() {}

  /**
   * The answer; blocks for six seconds at most.
   *
   * @throws KafkaException what Kafka said, or that it said nothing
   */
  static <T> T await(KafkaFuture<T> future) {
    try {
      return future.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException known ? known : new KafkaException(e.getCause());
    } catch (TimeoutException e) {
      throw new org.apache.kafka.common.errors.TimeoutException(
          "No answer within " + TIMEOUT.toSeconds() + " s", e);
    } catch (InterruptedException e) {
      throw new InterruptException(e); // which sets the interrupt flag again
    }
  }

  /**
   * What Kafka answered about one thing it was asked for.
   *
   * @throws KafkaException if it left that out
   */
  static <K, V> V about(K key, Map<K, V> answer) {
    V value = answer.get(key);
    if (value == null) {
      throw new KafkaException("no answer about " + key);
    }
    return value;
  }
}
