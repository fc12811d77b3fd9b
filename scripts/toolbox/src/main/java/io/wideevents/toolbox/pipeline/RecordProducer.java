package io.wideevents.toolbox.pipeline;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.wideevents.codec.BodyFormat;
import io.wideevents.codec.BodyResult;
import io.wideevents.codec.EncodeResult;
import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.EventEncoder;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import io.wideevents.event.WireFormat;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Produces records like the gateway's, but faster, as input for workers.
 *
 * <p>Survives a broker outage of less than two minutes. Not safe for concurrent use, except {@link
 * #acknowledged}. The caller closes this object.
 */
public final class RecordProducer implements AutoCloseable {
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
  private static final int MAX_RECORD_BYTES = 24 * 1024 * 1024;

  private final Producer<byte[], byte[]> producer;
  private final String topic;
  private final EventEncoder encoder;
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

  /** Creates a producer that connects when it is first used. */
  public RecordProducer(String brokers, String topic) {
    this.topic = topic;
    this.encoder = new EventEncoder(EncoderSettings.DEFAULT, InstantSource.system());
    this.producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                brokers,
                "compression.type",
                "zstd",
                "linger.ms",
                5,
                "max.block.ms",
                120_000,
                "max.request.size",
                MAX_RECORD_BYTES),
            new ByteArraySerializer(),
            new ByteArraySerializer());
  }

  /**
   * The record that the gateway would make of an event.
   *
   * @param event one JSON object
   * @throws IllegalArgumentException if the gateway would reject it
   */
  public ProducerRecord<byte[], byte[]> record(byte[] event) {
    EncodedEvent encoded = encode(event);
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic, encoded.requestId().getBytes(UTF_8), encoded.json(Tier.KAFKA));
    record
        .headers()
        .add(WireFormat.CONTENT_TYPE_HEADER, WireFormat.JSON_CONTENT_TYPE.getBytes(US_ASCII))
        .add(WireFormat.EVENT_ID_HEADER, encoded.id().toString().getBytes(US_ASCII))
        .add(
            WireFormat.SCHEMA_HEADER,
            Integer.toString(WireFormat.SCHEMA_VERSION).getBytes(US_ASCII));
    return record;
  }

  /** Sends an event. Blocks only while the producer's buffer is full. */
  public void send(byte[] event) {
    send(record(event));
  }

  /** Sends a record unchanged. Blocks only while the producer's buffer is full. */
  public void send(ProducerRecord<byte[], byte[]> record) {
    Future<?> unused = // the callback gets the same outcome
        producer.send(
            record,
            (metadata, e) -> {
              if (e == null) {
                acknowledged.incrementAndGet();
              } else {
                failure.compareAndSet(null, e);
              }
            });
  }

  /** Number of records that the broker has acknowledged. May be called from any thread. */
  public long acknowledged() {
    return acknowledged.get();
  }

  /**
   * Blocks until all records are acknowledged, for two minutes at most.
   *
   * @throws KafkaException if a record was not acknowledged
   */
  public void flush() {
    producer.flush();
    Exception first = failure.get();
    if (first != null) {
      throw new KafkaException("A record was not acknowledged", first);
    }
  }

  @Override
  public void close() {
    producer.close(CLOSE_TIMEOUT);
  }

  private EncodedEvent encode(byte[] event) {
    BodyResult body = encoder.encode(event, event.length, BodyFormat.JSON);
    if (body instanceof BodyResult.Events events
        && events.results().getFirst() instanceof EncodeResult.Encoded encoded) {
      return encoded.event();
    }
    throw new IllegalArgumentException("The gateway would reject the event: " + body);
  }
}
