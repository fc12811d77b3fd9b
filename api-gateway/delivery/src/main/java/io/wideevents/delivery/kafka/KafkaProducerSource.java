package io.wideevents.delivery.kafka;

import io.wideevents.config.TopicLayout;
import io.wideevents.kafka.TopicCreator;
import io.wideevents.time.Deadline;
import java.time.Duration;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.TimeoutException;

/** Builds real producers after it has checked or created the topic. Used by one thread. */
final class KafkaProducerSource implements ProducerSource {
  // Long enough for any handshake, and short enough to report a broker that never answers.
  private static final Duration FIRST_METADATA_BOUND = Duration.ofSeconds(10);

  private final KafkaSettings settings;
  private final TopicLayout layout;
  private final TopicCreator topic;

  private KafkaProducerSource(KafkaSettings settings, TopicLayout layout, TopicCreator topic) {
    this.settings = settings;
    this.layout = layout;
    this.topic = topic;
  }

  static KafkaProducerSource ofEvents(KafkaSettings settings) {
    return new KafkaProducerSource(settings, settings.topic(), TopicCreator.of(settings.topic()));
  }

  static KafkaProducerSource ofDeadLetters(KafkaSettings settings) {
    return new KafkaProducerSource(
        settings,
        settings.deadLetters(),
        TopicCreator.ofDeadLetters(settings.deadLetters(), settings.topic()));
  }

  @Override
  public Producer<byte[], byte[]> connect() {
    lookAfterTopic();
    Producer<byte[], byte[]> producer =
        new KafkaProducer<>(GatewayProperties.producer(settings, layout));
    try {
      awaitMetadata(producer, layout.name(), FIRST_METADATA_BOUND);
      return producer;
    } catch (RuntimeException e) {
      producer.close(Duration.ZERO);
      throw e;
    }
  }

  /**
   * Waits for the topic's metadata, so that the first request does not have to. Retries with the
   * same producer: each attempt waits at most half a second, which the TLS and SASL handshakes of a
   * distant broker can exceed every time, and the producer goes on connecting in between.
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
    lookAfterTopic();
  }

  private void lookAfterTopic() {
    Admin admin = Admin.create(GatewayProperties.admin(settings));
    try {
      topic.ensure(admin);
    } finally {
      // Without a bound, close would wait for requests whose results are no longer needed.
      admin.close(Duration.ZERO);
    }
  }
}
