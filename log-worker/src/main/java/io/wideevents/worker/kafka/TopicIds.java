package io.wideevents.worker.kafka;

import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;

/**
 * Looks up the id of a topic. A topic that is deleted and created again keeps its name but gets
 * another id.
 */
public interface TopicIds {
  /**
   * Starts a look-up. Does not block.
   *
   * @return the id that the topic has now; {@link Uuid#ZERO_UUID} from a broker without topic ids
   *     (Kafka before 2.8). Fails with {@link
   *     org.apache.kafka.common.errors.UnknownTopicOrPartitionException} when the topic does not
   *     exist, and with another {@link org.apache.kafka.common.KafkaException} when the id cannot
   *     be looked up. May be completed on any thread.
   */
  CompletableFuture<Uuid> lookUp(String topic);
}
