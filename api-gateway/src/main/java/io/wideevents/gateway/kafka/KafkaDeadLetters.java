package io.wideevents.gateway.kafka;

import io.wideevents.gateway.spool.DeadLetterPort;
import io.wideevents.gateway.spool.SpooledEvent;
import io.wideevents.logging.Deadline;
import io.wideevents.logging.DeliveryOutcome;
import io.wideevents.process.ClosingTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Takes spooled events that MongoDB refuses to the dead-letter topic, as records of the events'
 * topic with the reason added. One that is too large for it goes as a stub, with the next attempt.
 *
 * <p>Connects with the first dead letter, for most gateways never have one. Safe for concurrent
 * use. Owned, and closed, by {@code GatewayApplication}.
 */
public final class KafkaDeadLetters implements DeadLetterPort, AutoCloseable {
  // What is not acknowledged by then is still in the spool, and will be sent again.
  private static final Duration FLUSH_TIMEOUT = Duration.ofMillis(200);

  private final ClosingTime closing;
  private final KafkaConnection connection;
  private final DeadLetterForm form;
  private final RecordPublisher<SpooledEvent> publisher;
  private final AtomicBoolean started = new AtomicBoolean();

  /**
   * @param closing what bounds the end
   */
  public KafkaDeadLetters(KafkaSettings settings, ClosingTime closing) {
    this(settings, new KafkaProducerSource(settings, settings.deadLetters()), closing);
  }

  KafkaDeadLetters(KafkaSettings settings, ProducerSource producers, ClosingTime closing) {
    this.closing = closing;
    this.connection = new KafkaConnection(producers, settings.brokers());
    this.form =
        new DeadLetterForm(settings.deadLetters().name(), new EventForm(settings.topic().name()));
    this.publisher = new RecordPublisher<>(connection, form);
  }

  @Override
  public CompletableFuture<List<DeliveryOutcome>> deadLetter(
      List<SpooledEvent> events, Deadline deadline) {
    if (started.compareAndSet(false, true)) {
      connection.start();
    }
    return publisher
        .publish(events, deadline)
        .thenApply(outcomes -> form.stubNextTime(events, outcomes));
  }

  @Override
  public void close() {
    connection.disconnect().ifPresent(producer -> producer.close(closing.grant(FLUSH_TIMEOUT)));
  }
}
