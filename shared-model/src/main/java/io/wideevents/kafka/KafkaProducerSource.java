package io.wideevents.kafka;

import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Builds real producers after it has checked or created the topic. Used by one thread at a time.
 */
public final class KafkaProducerSource implements ProducerSource {
  // Long enough for any handshake, and short enough to report a broker that never answers.
  private static final Duration FIRST_METADATA_BOUND = Duration.ofSeconds(10);

  private final TopicCreator topic;
  private final Supplier<Map<String, Object>> adminProperties;
  private final Supplier<Map<String, Object>> producerProperties;

  /**
   * @param topic creates or restores the topic of the records
   * @param adminProperties of the clients that check the topic
   * @param producerProperties of the producers
   */
  public KafkaProducerSource(
      TopicCreator topic,
      Supplier<Map<String, Object>> adminProperties,
      Supplier<Map<String, Object>> producerProperties) {
    this.topic = topic;
    this.adminProperties = adminProperties;
    this.producerProperties = producerProperties;
  }

  @Override
  public Producer<byte[], byte[]> connect() {
    recheck();
    Producer<byte[], byte[]> producer = new KafkaProducer<>(producerProperties.get());
    try {
      awaitMetadata(producer, topic.name(), FIRST_METADATA_BOUND);
      return producer;
    } catch (RuntimeException | Error e) {
      producer.close(Duration.ZERO);
      throw e;
    }
  }

  /**
   * Waits for the topic's metadata, so that the first record does not have to wait. An attempt ends
   * at the producer's own limit, and the TLS and SASL handshakes with a distant broker may take
   * longer. Every attempt uses the same producer, which continues to connect between two attempts.
   *
   * @throws TimeoutException if there is no metadata within the bound
   */
  static void awaitMetadata(Producer<byte[], byte[]> producer, String topic, Duration bound) {
    Deadline deadline = Deadline.after(bound);
    while (true) {
      try {
        producer.partitionsFor(topic);
        return;
      } catch (TimeoutException e) {
        if (deadline.remaining().isZero()) {
          throw e;
        }
      }
    }
  }

  @Override
  public void recheck() {
    Admin admin = Admin.create(adminProperties.get());
    try {
      topic.ensure(admin);
    } finally {
      // Without a bound, close would wait for requests whose results are no longer needed.
      admin.close(Duration.ZERO);
    }
  }
}
