package io.wideevents.gateway.kafka;

import io.wideevents.config.TopicLayout;
import java.time.Duration;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;

/** Builds real producers, after making sure of the topic. For one thread. */
final class KafkaProducerSource implements ProducerSource {
  private final KafkaSettings settings;
  private final TopicLayout layout;
  private final EventTopic topic;

  /**
   * @param layout the topic the producers are for
   */
  KafkaProducerSource(KafkaSettings settings, TopicLayout layout) {
    this.settings = settings;
    this.layout = layout;
    this.topic = new EventTopic(layout);
  }

  @Override
  public Producer<byte[], byte[]> connect() throws Exception {
    lookAfterTopic();
    Producer<byte[], byte[]> producer =
        new KafkaProducer<>(ClientProperties.producer(settings, layout));
    try {
      // Fetches the topic's metadata here and now, so that the first request need not wait for it.
      producer.partitionsFor(layout.name());
      return producer;
    } catch (RuntimeException e) {
      producer.close(Duration.ZERO);
      throw e;
    }
  }

  @Override
  public void recheck() throws Exception {
    lookAfterTopic();
  }

  private void lookAfterTopic() throws Exception {
    Admin admin = Admin.create(ClientProperties.admin(settings));
    try {
      topic.ensure(admin);
    } finally {
      // Not without a bound: it would wait for requests that nobody waits for any more.
      admin.close(Duration.ZERO);
    }
  }
}
