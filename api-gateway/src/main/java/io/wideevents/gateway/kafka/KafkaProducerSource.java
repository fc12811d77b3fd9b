package io.wideevents.gateway.kafka;

import java.time.Duration;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;

/** Builds real producers, after making sure of the topic. For one thread. */
final class KafkaProducerSource implements ProducerSource {
  private final KafkaSettings settings;
  private final EventTopic topic;

  KafkaProducerSource(KafkaSettings settings) {
    this.settings = settings;
    this.topic = new EventTopic(settings.topic());
  }

  @Override
  public Producer<byte[], byte[]> connect() throws Exception {
    try (Admin admin = Admin.create(ClientProperties.admin(settings))) {
      topic.ensure(admin);
    }
    Producer<byte[], byte[]> producer = new KafkaProducer<>(ClientProperties.producer(settings));
    try {
      // Fetches the topic's metadata here and now, so that the first request need not wait for it.
      producer.partitionsFor(settings.topic().name());
      return producer;
    } catch (RuntimeException e) {
      producer.close(Duration.ZERO);
      throw e;
    }
  }
}
