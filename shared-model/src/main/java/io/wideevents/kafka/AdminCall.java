package io.wideevents.kafka;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.InterruptException;

/** Waits for the answers to an admin client's requests. */
public final class AdminCall {
  // Longer than the client's own timeout, which therefore gives the better message.
  static final Duration TIMEOUT = Duration.ofSeconds(6);

  private AdminCall() {}

  /**
   * Waits for the answer; blocks for at most six seconds.
   *
   * @throws KafkaException Kafka's error; a {@link org.apache.kafka.common.errors.TimeoutException}
   *     if Kafka did not answer; an {@link InterruptException} if the thread was interrupted, whose
   *     interrupt flag is set then
   */
  public static <T> T await(KafkaFuture<T> future) {
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
   * The part of an answer for one key of the request.
   *
   * @throws KafkaException if the answer has no such part
   */
  public static <K, V> V about(K key, Map<K, V> answer) {
    V value = answer.get(key);
    if (value == null) {
      throw new KafkaException("no answer about " + key);
    }
    return value;
  }
}
