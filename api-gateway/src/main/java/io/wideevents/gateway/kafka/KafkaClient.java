package io.wideevents.gateway.kafka;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import io.wideevents.event.WireFormat;
import io.wideevents.logging.Deadline;
import io.wideevents.logging.DeliveryOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.header.Headers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes events to a Kafka topic and learns from the broker that they are durable: acknowledged
 * by all in-sync replicas, without duplicates from the client's own retries.
 *
 * <p>A send that times out is {@code NotConfirmed}: the record may be in the topic. Outcomes
 * complete on Kafka's sender thread, on the JDK's timer thread, or on the caller's. Safe for
 * concurrent use.
 */
public final class KafkaClient implements MqClientPort {
  private static final Logger log = LoggerFactory.getLogger(KafkaClient.class);

  private static final Duration FLUSH_TIMEOUT = Duration.ofSeconds(2);
  private static final byte[] CONTENT_TYPE = WireFormat.JSON_CONTENT_TYPE.getBytes(US_ASCII);
  private static final byte[] SCHEMA =
      Integer.toString(WireFormat.SCHEMA_VERSION).getBytes(US_ASCII);

  private final String topic;
  private final KafkaConnection connection;

  public KafkaClient(KafkaSettings settings) {
    this(settings, new KafkaProducerSource(settings));
  }

  KafkaClient(KafkaSettings settings, ProducerSource producers) {
    this.topic = settings.topic().name();
    this.connection = new KafkaConnection(producers, settings.brokers());
  }

  /** Begins to connect, in the background, and keeps at it until closed. */
  public void start() {
    connection.start();
  }

  @Override
  public CompletableFuture<List<DeliveryOutcome>> publish(
      List<EncodedEvent> events, Deadline deadline) {
    var call = new PublishCall(events.size());
    Optional<Producer<byte[], byte[]>> producer = connection.producer();
    for (int i = 0; i < events.size(); i++) {
      if (producer.isEmpty()) {
        call.notConfirmed(i, unavailable());
      } else if (call.failure().isPresent()) {
        // What made that one fail, a full buffer or missing metadata, would block this one as long.
        call.notConfirmed(i, call.failure().get());
      } else if (deadline.remaining().isZero()) {
        call.notConfirmed(i, new KafkaUnavailableException("No time left to publish"));
      } else {
        send(producer.get(), events.get(i), call, i);
      }
    }
    return call.outcomes(deadline);
  }

  @Override
  public Optional<String> unavailability() {
    return connection.producer().isPresent()
        ? Optional.empty()
        : Optional.of(connection.unavailability());
  }

  @Override
  public void close() {
    connection.disconnect().ifPresent(producer -> producer.close(FLUSH_TIMEOUT));
  }

  // The callback gets what the future would: one of the two is enough.
  @SuppressWarnings("FutureReturnValueIgnored")
  private void send(
      Producer<byte[], byte[]> producer, EncodedEvent event, PublishCall call, int index) {
    try {
      producer.send(
          record(event),
          (metadata, failure) -> {
            if (failure == null) {
              call.confirmed(index);
              log.debug(
                  "Published log event to Kafka topic: {}, requestId: {}",
                  topic,
                  event.requestId());
            } else {
              failed(producer, call, index, failure);
            }
          });
    } catch (InterruptException e) {
      // Its constructor has set the thread's interrupt flag again.
      call.notConfirmed(index, e);
    } catch (KafkaException | IllegalStateException e) {
      failed(producer, call, index, e);
    }
  }

  private void failed(
      Producer<byte[], byte[]> producer, PublishCall call, int index, Exception failure) {
    if (failure instanceof RecordTooLargeException || failure instanceof InvalidRecordException) {
      call.refused(index, failure);
      return;
    }
    if (!(failure instanceof RetriableException)) {
      // Fenced, not authorised, closed, out of sequence: this producer may never recover, and a new
      // one costs little. Timeouts are retriable and stay with it.
      connection.replace(producer, failure);
    }
    call.notConfirmed(index, failure);
  }

  private ProducerRecord<byte[], byte[]> record(EncodedEvent event) {
    var record =
        new ProducerRecord<byte[], byte[]>(
            topic, event.requestId().getBytes(UTF_8), event.json(Tier.KAFKA));
    Headers headers = record.headers();
    headers.add(WireFormat.CONTENT_TYPE_HEADER, CONTENT_TYPE);
    headers.add(WireFormat.EVENT_ID_HEADER, event.id().toString().getBytes(US_ASCII));
    headers.add(WireFormat.SCHEMA_HEADER, SCHEMA);
    return record;
  }

  private KafkaUnavailableException unavailable() {
    return new KafkaUnavailableException("No connection to Kafka: " + connection.unavailability());
  }
}
