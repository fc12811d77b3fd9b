package io.wideevents.gateway.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wideevents.event.DeadLetterFormat;
import io.wideevents.gateway.spool.DeadLetterPort;
import io.wideevents.gateway.spool.SpooledEvent;
import io.wideevents.logging.Deadline;
import io.wideevents.logging.DeliveryOutcome;
import io.wideevents.process.ClosingTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Takes spooled events that MongoDB refuses to the dead-letter topic, as records of the events'
 * topic with the reason added.
 *
 * <p>Connects with the first dead letter, for most gateways never have one. Safe for concurrent
 * use. Owned, and closed, by {@code GatewayApplication}.
 */
public final class KafkaDeadLetters implements DeadLetterPort, AutoCloseable {
  // What is not acknowledged by then is still in the spool, and will be sent again.
  private static final Duration FLUSH_TIMEOUT = Duration.ofMillis(200);

  private final ClosingTime closing;
  private final KafkaConnection connection;
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
    this.publisher =
        new RecordPublisher<>(
            connection,
            new DeadLetterForm(
                settings.deadLetters().name(), new EventForm(settings.topic().name())));
  }

  @Override
  public CompletableFuture<List<DeliveryOutcome>> deadLetter(
      List<SpooledEvent> events, Deadline deadline) {
    if (started.compareAndSet(false, true)) {
      connection.start();
    }
    return publisher.publish(events, deadline);
  }

  @Override
  public void close() {
    connection.disconnect().ifPresent(producer -> producer.close(closing.grant(FLUSH_TIMEOUT)));
  }

  /** The record the event would have been, with the reason in headers. */
  private record DeadLetterForm(String topic, EventForm events)
      implements RecordForm<SpooledEvent> {

    @Override
    public ProducerRecord<byte[], byte[]> record(SpooledEvent event) {
      ProducerRecord<byte[], byte[]> source = events.record(event);
      String error = event.refusalMessage();
      var record =
          new ProducerRecord<byte[], byte[]>(
              topic, null, source.key(), source.value(), source.headers());
      add(record, DeadLetterFormat.REASON, event.refusalCode());
      add(
          record,
          DeadLetterFormat.ERROR,
          error.substring(0, Math.min(error.length(), DeadLetterFormat.MAX_ERROR_CHARS)));
      return record;
    }

    @Override
    public void published(SpooledEvent event) {}

    private static void add(ProducerRecord<byte[], byte[]> record, String name, String value) {
      record.headers().add(name, value.getBytes(UTF_8));
    }
  }
}
