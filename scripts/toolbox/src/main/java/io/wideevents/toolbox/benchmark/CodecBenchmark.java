package io.wideevents.toolbox.benchmark;

import io.wideevents.codec.BodyFormat;
import io.wideevents.codec.BodyResult;
import io.wideevents.codec.EncodeResult;
import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.EventEncoder;
import io.wideevents.codec.RecordDecoder;
import io.wideevents.codec.RecordResult;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventDocument;
import io.wideevents.event.Tier;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Measures the codec's time for one event of the sample traffic, about 670 bytes, on one thread: in
 * the gateway from posted bytes to a Kafka value, and in the worker from that value to a document.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@OperationsPerInvocation(CodecBenchmark.EVENTS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class CodecBenchmark {
  /** Enough different events that the CPU cannot learn their branches. */
  static final int EVENTS = 1_000;

  private final Instant now = Instant.now();
  private final InstantSource clock = InstantSource.fixed(now);
  private final EventEncoder encoder = new EventEncoder(EncoderSettings.DEFAULT, clock);
  private final RecordDecoder decoder = new RecordDecoder(EncoderSettings.DEFAULT, clock);
  private final List<byte[]> posted = new ArrayList<>();
  private final List<EncodedEvent> encoded = new ArrayList<>();
  private final List<byte[]> records = new ArrayList<>();
  private byte[] lines = {};

  /** Creates the events in each of their forms. */
  @Setup
  public void makeEvents() {
    SizedEvents traffic = new SizedEvents(1);
    ByteArrayOutputStream ndjson = new ByteArrayOutputStream();
    for (int i = 0; i < EVENTS; i++) {
      byte[] json = traffic.next();
      EncodedEvent event = encode(json);
      posted.add(json);
      encoded.add(event);
      records.add(event.json(Tier.KAFKA));
      ndjson.writeBytes(json);
      ndjson.write('\n');
    }
    lines = ndjson.toByteArray();
  }

  /** Validation and id, one event per body. */
  @Benchmark
  public void encodeOne(Blackhole sink) {
    for (byte[] json : posted) {
      sink.consume(encode(json));
    }
  }

  /** Validation and id, all events in one body. */
  @Benchmark
  public BodyResult encodeLines() {
    return encoder.encode(lines, lines.length, BodyFormat.NDJSON);
  }

  /** The additional cost of a Kafka value. */
  @Benchmark
  public void value(Blackhole sink) {
    for (EncodedEvent event : encoded) {
      sink.consume(event.json(Tier.KAFKA));
    }
  }

  /** The additional cost of a document for a direct write to MongoDB. */
  @Benchmark
  public void document(Blackhole sink) {
    for (EncodedEvent event : encoded) {
      sink.consume(event.document(Tier.MONGODB));
    }
  }

  /** The worker's cost for the gateway's records. */
  @Benchmark
  public void decode(Blackhole sink) {
    for (byte[] record : records) {
      sink.consume(decode(record));
    }
  }

  /** The worker's cost for other producers' records: validation and document in one pass. */
  @Benchmark
  public void decodeForeign(Blackhole sink) {
    for (byte[] json : posted) {
      sink.consume(decode(json));
    }
  }

  private EncodedEvent encode(byte[] json) {
    if (encoder.encode(json, json.length, BodyFormat.JSON) instanceof BodyResult.Events events
        && events.results().getFirst() instanceof EncodeResult.Encoded good) {
      return good.event();
    }
    throw new IllegalStateException("The sample traffic has an event that is rejected");
  }

  private EventDocument decode(byte[] record) {
    if (decoder.decode(record, null, null, now) instanceof RecordResult.Decoded decoded) {
      return decoded.document();
    }
    throw new IllegalStateException("The sample traffic has a record that is poison");
  }
}
