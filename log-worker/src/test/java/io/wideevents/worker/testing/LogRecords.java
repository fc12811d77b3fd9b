package io.wideevents.worker.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** Records as other producers write them: flat JSON. The same number is the same event. */
public final class LogRecords {
  private LogRecords() {}

  /** Event number {@code n}, with a timestamp of now or a given time. */
  public static byte[] json(int n, Instant timestamp) {
    return """
    {"requestId":"request-%d","service":"checkout","route":"POST /checkout","timestamp":"%s",\
    "performance":{"durationMs":%d},"cart":{"items":%d}}"""
        .formatted(n, timestamp, n % 1_000, n)
        .getBytes(UTF_8);
  }

  /** A record with event number {@code n} as its value. */
  public static ConsumerRecord<byte[], byte[]> event(
      String topic, int partition, long offset, int n, Instant timestamp) {
    return of(topic, partition, offset, json(n, timestamp), timestamp);
  }

  public static ConsumerRecord<byte[], byte[]> of(
      String topic, int partition, long offset, byte[] value, Instant timestamp) {
    byte[] key = "key".getBytes(UTF_8);
    return new ConsumerRecord<>(
        topic,
        partition,
        offset,
        timestamp.toEpochMilli(),
        TimestampType.CREATE_TIME,
        key.length,
        value.length,
        key,
        value,
        new RecordHeaders(),
        Optional.empty());
  }
}
