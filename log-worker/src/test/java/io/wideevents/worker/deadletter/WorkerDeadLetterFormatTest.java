package io.wideevents.worker.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.DeadLetterReason;
import io.wideevents.kafka.DeadLetterRecord;
import io.wideevents.kafka.DeadLetterRecord.Size;
import io.wideevents.kafka.RecordText;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Every byte of a worker's dead letters: readers of the topic depend on the format. */
class WorkerDeadLetterFormatTest {
  private static final String LONG_ERROR = "x".repeat(99) + "\uD83D\uDE00".repeat(600);

  @Test
  void whole() {
    assertThat(text(source("key", "{broken", 3, 7), "Not JSON at column 2", Size.WHOLE))
        .isEqualTo(
            """
            topic: dlq
            key: <key>
            value: <{broken>
            trace: <abc>
            dlq-replays: <1>
            dlq-reason: <malformed>
            dlq-error: <Not JSON at column 2>
            dlq-source-topic: <log-events>
            dlq-source-partition: <3>
            dlq-source-offset: <4711>
            dlq-source-timestamp: <1700000000123>
            dlq-attempts: <2>
            cut: []
            """);
  }

  @Test
  void wholeWithoutKeyAndValue_andWithALongError() {
    assertThat(text(source(null, null, -1, -1), LONG_ERROR, Size.WHOLE))
        .isEqualTo(
            """
            topic: dlq
            key: none
            value: none
            dlq-reason: <malformed>
            dlq-error: <xxxxxxxxxxxxxxxxxxx... 1899 bytes, sha256 afb842fab71c4f773d0faea21255af56b613b837a8dd22b149a42d877fdf927d
            dlq-source-topic: <log-events>
            dlq-source-partition: <3>
            dlq-source-offset: <4711>
            dlq-source-timestamp: <1700000000123>
            dlq-attempts: <2>
            dlq-cut: <error>
            cut: [ERROR]
            """);
  }

  @Test
  void stub() {
    assertThat(text(source("key", "v".repeat(70_000), 3, 70_000), "Too large", Size.STUB))
        .isEqualTo(
            """
            topic: dlq
            key: <key>
            value: <{"topic":"log-event... 87552 bytes, sha256 de4f3dfab22a21069ea406253f2b53108a228d4ae4da968edcdfcbc717ffa3d6
            dlq-reason: <malformed>
            dlq-error: <Too large>
            dlq-source-topic: <log-events>
            dlq-source-partition: <3>
            dlq-source-offset: <4711>
            dlq-source-timestamp: <1700000000123>
            dlq-attempts: <2>
            dlq-cut: <value,headers>
            dlq-stub: <true>
            cut: [VALUE, HEADERS]
            """);
  }

  @Test
  void stubWithoutALongKeyAndWithoutTheEndOfTheError() {
    assertThat(text(source("k".repeat(9_000), "value", 9_000, 5), LONG_ERROR, Size.STUB))
        .isEqualTo(
            """
            topic: dlq
            key: <>
            value: <{"topic":"log-events","partition":3,"offset":4711,"keyBytes":9000,"valueBytes":5,"sha256":"cd42404d52ad55ccfa9aca4adc828aa5800ad9d385a0671fbcbf724118320619","head":"dmFsdWU="}>
            dlq-reason: <malformed>
            dlq-error: <xxxxxxxxxxxxxxxxxxx... 1899 bytes, sha256 afb842fab71c4f773d0faea21255af56b613b837a8dd22b149a42d877fdf927d
            dlq-source-topic: <log-events>
            dlq-source-partition: <3>
            dlq-source-offset: <4711>
            dlq-source-timestamp: <1700000000123>
            dlq-attempts: <2>
            dlq-cut: <value,key,headers,error>
            dlq-stub: <true>
            cut: [VALUE, KEY, HEADERS, ERROR]
            """);
  }

  @Test
  void stubOfARecordThatWasCutWhenItWasRead() {
    assertThat(text(source("key", "value", 3, 200_000_000), "Too large", Size.STUB))
        .isEqualTo(
            """
            topic: dlq
            key: <key>
            value: <{"topic":"log-events","partition":3,"offset":4711,"keyBytes":3,"valueBytes":200000000,"head":"dmFsdWU="}>
            dlq-reason: <malformed>
            dlq-error: <Too large>
            dlq-source-topic: <log-events>
            dlq-source-partition: <3>
            dlq-source-offset: <4711>
            dlq-source-timestamp: <1700000000123>
            dlq-attempts: <2>
            dlq-cut: <value,headers>
            dlq-stub: <true>
            cut: [VALUE, HEADERS]
            """);
  }

  @Test
  void smallestStub() {
    assertThat(text(source("key", "v".repeat(70_000), 3, 70_000), LONG_ERROR, Size.SMALLEST))
        .isEqualTo(
            """
            topic: dlq
            key: <>
            value: <{"topic":"log-events","partition":3,"offset":4711,"keyBytes":3,"valueBytes":70000,"sha256":"a6d1b6ec2db02a24e17e9994bde5e0034221315c88d3c08aaa0a0bf6d9bae785","head":""}>
            dlq-reason: <malformed>
            dlq-error: <xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx>
            dlq-source-topic: <log-events>
            dlq-source-partition: <3>
            dlq-source-offset: <4711>
            dlq-source-timestamp: <1700000000123>
            dlq-attempts: <2>
            dlq-cut: <value,key,headers,error>
            dlq-stub: <true>
            cut: [VALUE, KEY, HEADERS, ERROR]
            """);
  }

  @Test
  void smallestStubWithoutKeyAndValue() {
    assertThat(text(source(null, null, -1, -1), "Empty", Size.SMALLEST))
        .isEqualTo(
            """
            topic: dlq
            key: <>
            value: <{"topic":"log-events","partition":3,"offset":4711,"keyBytes":0,"valueBytes":0,"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","head":""}>
            dlq-reason: <malformed>
            dlq-error: <Empty>
            dlq-source-topic: <log-events>
            dlq-source-partition: <3>
            dlq-source-offset: <4711>
            dlq-source-timestamp: <1700000000123>
            dlq-attempts: <2>
            dlq-cut: <value>
            dlq-stub: <true>
            cut: [VALUE]
            """);
  }

  @Test
  void smallestStubOfARecordThatWasCutWhenItWasRead() {
    assertThat(text(source("key", "value", 3, 200_000_000), "Too large", Size.SMALLEST))
        .isEqualTo(
            """
            topic: dlq
            key: <>
            value: <{"topic":"log-events","partition":3,"offset":4711,"keyBytes":3,"valueBytes":200000000,"head":""}>
            dlq-reason: <malformed>
            dlq-error: <Too large>
            dlq-source-topic: <log-events>
            dlq-source-partition: <3>
            dlq-source-offset: <4711>
            dlq-source-timestamp: <1700000000123>
            dlq-attempts: <2>
            dlq-cut: <value,key,headers>
            dlq-stub: <true>
            cut: [VALUE, KEY, HEADERS]
            """);
  }

  private static String text(ConsumerRecord<byte[], byte[]> source, String error, Size size) {
    DeadLetterRecord record =
        DeadLetterRecord.of(
            new DeadLetter(source, DeadLetterReason.MALFORMED, error, 2).toSource(), "dlq", size);
    return RecordText.of(record.record()) + "cut: " + record.cut() + "\n";
  }

  private static ConsumerRecord<byte[], byte[]> source(
      @Nullable String key, @Nullable String value, int keyBytes, int valueBytes) {
    ConsumerRecord<byte[], byte[]> source =
        new ConsumerRecord<>(
            "log-events",
            3,
            4_711,
            1_700_000_000_123L,
            TimestampType.CREATE_TIME,
            keyBytes,
            valueBytes,
            bytes(key),
            bytes(value),
            new RecordHeaders(),
            Optional.empty());
    if (key != null) {
      source.headers().add("trace", "abc".getBytes(UTF_8)).add("dlq-replays", "1".getBytes(UTF_8));
    }
    return source;
  }

  @SuppressWarnings("NullAway") // Kafka's constructor takes null for an absent key or value
  private static byte[] bytes(@Nullable String text) {
    return text == null ? null : text.getBytes(UTF_8);
  }
}
