package io.wideevents.delivery.kafka;

import io.wideevents.config.TopicLayout;
import io.wideevents.kafka.KafkaProducerSource;
import io.wideevents.kafka.ProducerConnection;
import io.wideevents.kafka.ProducerSource;
import io.wideevents.kafka.TopicCreator;
import io.wideevents.time.Timing;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/** The gateway's producers, one for each topic. */
final class GatewayProducers {
  // Each check costs one metadata request, and a topic is rarely deleted.
  private static final Duration RECHECK_INTERVAL = Duration.ofSeconds(15);

  private GatewayProducers() {}

  static ProducerSource ofEvents(KafkaSettings settings) {
    return source(settings, settings.topic(), TopicCreator.of(settings.topic()));
  }

  static ProducerSource ofDeadLetters(KafkaSettings settings) {
    TopicLayout layout = settings.deadLetters();
    return source(settings, layout, TopicCreator.ofDeadLetters(layout, settings.topic()));
  }

  private static ProducerSource source(
      KafkaSettings settings, TopicLayout layout, TopicCreator topic) {
    return new KafkaProducerSource(
        topic,
        () -> GatewayProperties.admin(settings),
        () -> GatewayProperties.producer(settings, layout));
  }

  static ProducerConnection connection(ProducerSource source, String brokers, Timing timing) {
    return connection(source, brokers, timing, RECHECK_INTERVAL);
  }

  static ProducerConnection connection(
      ProducerSource source, String brokers, Timing timing, Duration recheckInterval) {
    return new ProducerConnection(
        source,
        new ProducerConnection.Settings("kafka-connect", brokers, Optional.of(recheckInterval)),
        // Log lines use the name of the public client, which operators know.
        LoggerFactory.getLogger(KafkaClient.class),
        timing);
  }
}
