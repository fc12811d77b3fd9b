package io.wideevents.delivery.kafka;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.event.EncodedEvent;
import io.wideevents.kafka.ProducerConnection;
import io.wideevents.kafka.ProducerSource;
import io.wideevents.time.ClosingTime;
import io.wideevents.time.Deadline;
import io.wideevents.time.Timing;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Publishes events to a Kafka topic. An event is durable when all in-sync replicas have
 * acknowledged it. Retries of the client do not create duplicates.
 *
 * <p>Outcomes complete on Kafka's sender thread, on the JDK's timer thread, or on the caller's
 * thread. Safe for concurrent use.
 */
public final class KafkaClient implements MqClientPort {
  private static final Duration FLUSH_TIMEOUT = Duration.ofSeconds(1);

  private final ClosingTime closing;
  private final ProducerConnection connection;
  private final RecordPublisher<EncodedEvent> publisher;

  /**
   * @param closing bounds the time to close
   */
  public KafkaClient(KafkaSettings settings, ClosingTime closing, Timing timing) {
    this(settings, GatewayProducers.ofEvents(settings), closing, timing);
  }

  KafkaClient(
      KafkaSettings settings, ProducerSource producers, ClosingTime closing, Timing timing) {
    this.closing = closing;
    this.connection = GatewayProducers.connection(producers, settings.brokers(), timing);
    this.publisher =
        new RecordPublisher<>(connection, new EventForm(settings.topic().name()), timing);
  }

  /** Connects in the background and retries until closed. */
  public void start() {
    connection.start();
  }

  @Override
  public CompletableFuture<List<DeliveryOutcome>> log(
      List<EncodedEvent> events, Deadline deadline) {
    return publisher.log(events, deadline);
  }

  @Override
  public Optional<Unavailability> unavailability() {
    return connection.unavailability().map(down -> new Unavailability(down.reason(), down.since()));
  }

  @Override
  public void close() {
    connection.disconnect().ifPresent(producer -> producer.close(closing.grant(FLUSH_TIMEOUT)));
  }
}
