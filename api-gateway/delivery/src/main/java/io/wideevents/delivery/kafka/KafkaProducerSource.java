package io.wideevents.delivery.kafka;

import io.wideevents.config.TopicLayout;
import io.wideevents.kafka.TopicCreator;
import io.wideevents.time.Deadline;
import java.time.Duration;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.TimeoutException;

/** Builds real producers, after making sure of the topic. For one thread. */
final class KafkaProducerSource implements ProducerSource {
  // Long enough for any handshake, short enough that a broker which never answers is told of soon.
  private static final Duration FIRST_METADATA_BOUND = Duration.ofSeconds(10);

  private final KafkaSettings settings;
  private final TopicLayout layout;
  private final TopicCreator topic;

  private KafkaProducerSource(KafkaSettings settings, TopicLayout layout, TopicCreator topic) {
    this.settings = settings;
    this.layout = layout;
    this.topic = topic;
  }

  /** For producers of events. */
  static KafkaProducerSource ofEvents(KafkaSettings settings) {
    return new KafkaProducerSource(settings, settings.topic(), TopicCreator.of(settings.topic()));
  }

  /** For producers of dead letters. */
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
   * Fetches the topic's metadata here and now, so that the first request need not wait for it. Asks
   * the same producer again while it still connects: each call waits as long as a request may, half
   * a second, which a distant broker's TLS and SASL handshakes can exceed every time.
   *
   * @throws TimeoutException if there is none within the bound
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
      // Not without a bound: it would wait for requests that nobody waits for any more.
      admin.close(Duration.ZERO);
    }
  }
}
