package io.wideevents.delivery.kafka;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.NotSentException;
import io.wideevents.kafka.ProducerConnection;
import io.wideevents.kafka.ProducerConnection.Disconnected;
import io.wideevents.log.LogThrottle;
import io.wideevents.time.Deadline;
import io.wideevents.time.Timing;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends events through the current producer and collects their outcomes.
 *
 * <p>A send that times out is {@code NotConfirmed}: the record may be in the topic. Safe for
 * concurrent use.
 */
final class RecordPublisher<E> {
  // Log lines use the name of the public client, which operators know.
  private static final Logger log = LoggerFactory.getLogger(KafkaClient.class);
  private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);

  private final LogThrottle callbackFailures = new LogThrottle(LOG_INTERVAL);
  private final ProducerConnection connection;
  private final RecordForm<E> form;
  private final Timing timing;

  RecordPublisher(ProducerConnection connection, RecordForm<E> form, Timing timing) {
    this.connection = connection;
    this.form = form;
    this.timing = timing;
  }

  /** Delivers events under the contract of {@link MqClientPort#log}. */
  CompletableFuture<List<DeliveryOutcome>> log(List<? extends E> events, Deadline deadline) {
    Optional<Producer<byte[], byte[]>> producer = connection.producer();
    if (producer.isEmpty()) {
      return CompletableFuture.completedFuture(
          Collections.nCopies(events.size(), new DeliveryOutcome.NotConfirmed(unavailable())));
    }
    var call = new PublishCall(events.size());
    for (int i = 0; i < events.size(); i++) {
      if (call.failure().isPresent()) {
        // The first event failed because the buffer is full or metadata is missing. Sending this
        // event would block for as long.
        call.notConfirmed(i, call.failure().get());
      } else if (deadline.remaining().isZero()) {
        call.notConfirmed(i, new NotSentException("No time left to publish"));
      } else {
        send(producer.get(), events.get(i), call, i);
      }
    }
    timing.onTimeout(call, deadline.remaining(), () -> late(producer.get(), call));
    return call;
  }

  private void late(Producer<byte[], byte[]> producer, PublishCall call) {
    call.endLate();
    connection.replaceUnlessAnswered(producer, call::isAnswered);
  }

  // The future is ignored, because the callback gets the same result.
  @SuppressWarnings("FutureReturnValueIgnored")
  private void send(Producer<byte[], byte[]> producer, E event, PublishCall call, int index) {
    try {
      producer.send(
          form.record(event),
          (metadata, failure) -> answered(producer, event, call, index, failure));
    } catch (InterruptException e) {
      // The exception's constructor has set the thread's interrupt flag again.
      call.notConfirmed(index, e);
    } catch (KafkaException | IllegalStateException e) {
      failed(producer, call, index, e);
    }
  }

  /** Never throws. An {@code Error} would end the producer's sender thread. */
  private void answered(
      Producer<byte[], byte[]> producer,
      E event,
      PublishCall call,
      int index,
      @Nullable Exception failure) {
    try {
      if (failure == null) {
        call.confirmed(index);
        form.published(event);
      } else {
        failed(producer, call, index, failure);
      }
    } catch (Throwable e) {
      callbackFailures.show(
          notShown ->
              log.atError()
                  .addKeyValue("notShown", notShown)
                  .setCause(e)
                  .log("Could not process the answer of Kafka for an event"));
    }
  }

  private void failed(
      Producer<byte[], byte[]> producer, PublishCall call, int index, Exception failure) {
    if (failure instanceof RecordTooLargeException || failure instanceof InvalidRecordException) {
      call.refused(index, failure);
      return;
    }
    if (failure instanceof BufferExhaustedException) {
      // The buffer is full because this process sends faster than Kafka takes records. If Kafka
      // takes nothing, the records in the buffer fail and count against the tier.
      call.notConfirmed(index, new NotSentException("The producer's buffer is full"));
      return;
    }
    if (!(failure instanceof RetriableException)) {
      // The producer is fenced, not authorised, closed or out of sequence. It may not recover, and
      // a new producer costs little. A timeout is retriable and does not replace the producer.
      connection.replace(producer, failure);
    }
    call.notConfirmed(index, failure);
  }

  private Exception unavailable() {
    if (!connection.hasAttempted()) {
      // The process has just started. This says nothing about Kafka, so the circuit stays closed.
      return new NotSentException("The first connection to Kafka is not there yet");
    }
    String reason =
        connection.unavailability().map(Disconnected::reason).orElse("connected only now");
    return new KafkaUnavailableException("No connection to Kafka: " + reason);
  }
}
