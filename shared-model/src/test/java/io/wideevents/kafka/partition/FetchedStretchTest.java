package io.wideevents.kafka.partition;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.kafka.DeadLetterSource;
import io.wideevents.kafka.partition.Stretch.Step;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.CloseableIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FetchedStretchTest {
  private static final TopicPartition PARTITION = new TopicPartition("log-events", 3);
  private static final int MAX_RECORD_BYTES = 100_000;

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void next_readsWhatKafkaItselfReads(CompressionType type) {
    Random random = new Random(type.id);
    for (int round = 0; round < 50; round++) {
      // Given
      MemoryRecords records = batch(random.nextInt(1_000), type, randomRecords(random));

      // When
      List<Step> steps = read(records, 0);

      // Then
      List<String> expected = new ArrayList<>();
      for (MutableRecordBatch batch : records.batches()) {
        try (CloseableIterator<Record> kafkas =
            batch.streamingIterator(BufferSupplier.NO_CACHING)) {
          kafkas.forEachRemaining(record -> expected.add(text(record)));
        }
      }
      assertThat(steps.stream().limit(steps.size() - 1).map(FetchedStretchTest::text))
          .containsExactlyElementsOf(expected);
      assertThat(steps.getLast()).isInstanceOf(Step.End.class);
    }
  }

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void next_cutsARecordThatIsTooLargeAndReadsItsNeighboursInTheBatch(CompressionType type) {
    MemoryRecords records =
        batch(
            40,
            type,
            record("before"),
            new SimpleRecord(1, new byte[70_000], new byte[5_000_000]),
            new SimpleRecord(
                2, (byte[]) null, null, new Header[] {new RecordHeader("h", new byte[3_000_000])}),
            record("after"));

    List<Step> steps = read(records, 40);

    assertThat(value(steps.get(0))).isEqualTo("before");
    ConsumerRecord<byte[], byte[]> large = ((Step.Read) steps.get(1)).record();
    assertThat(isCut(large)).isTrue();
    assertThat(large.offset()).isEqualTo(41);
    assertThat(large.key()).hasSize(Stretch.HEAD_BYTES);
    assertThat(large.value()).hasSize(Stretch.HEAD_BYTES);
    assertThat(large.serializedKeySize()).isEqualTo(70_000);
    assertThat(large.serializedValueSize()).isBetween(5_000_000, 5_000_100);
    assertThat(isCut(((Step.Read) steps.get(2)).record())).isTrue();
    assertThat(value(steps.get(3))).isEqualTo("after");
    assertThat(steps.get(4)).isInstanceOf(Step.End.class);
  }

  @Test
  void next_cutsARecordWhoseHeadersTakeTooMuchMemory() {
    Header[] headers = new Header[30_000];
    Arrays.fill(headers, new RecordHeader("", (byte[]) null));
    MemoryRecords records =
        batch(
            0,
            CompressionType.ZSTD,
            new SimpleRecord(1, null, new byte[10], headers),
            record("after"));

    List<Step> steps = read(records, 0);

    ConsumerRecord<byte[], byte[]> large = ((Step.Read) steps.get(0)).record();
    assertThat(isCut(large)).isTrue();
    assertThat(large.headers()).isEmpty();
    assertThat(value(steps.get(1))).isEqualTo("after");
  }

  @Test
  void next_beginsAtTheOffsetWithinABatch() {
    List<Step> steps = read(batch(10, CompressionType.ZSTD, record("a"), record("b")), 11);

    assertThat(value(steps.get(0))).isEqualTo("b");
    assertThat(((Step.End) steps.get(1)).next().offset()).isEqualTo(12);
  }

  @Test
  void next_ofNothingEndsWhereItBegan() {
    List<Step> steps = read(MemoryRecords.EMPTY, 7);

    assertThat(steps).hasSize(1);
    assertThat(((Step.End) steps.get(0)).next().offset()).isEqualTo(7);
  }

  /** Every bit of a batch behind its first 17 bytes is covered by the checksum or the magic. */
  @Test
  void next_findsEveryFlippedBitAndReadsWhatIsBeforeIt() {
    ByteBuffer first = batch(0, CompressionType.GZIP, record("good")).buffer();
    ByteBuffer second = batch(1, CompressionType.GZIP, record("bad"), record("too")).buffer();
    ByteBuffer third = batch(3, CompressionType.GZIP, record("behind")).buffer();
    for (int at = 16; at < second.limit(); at++) {
      ByteBuffer damaged = copy(second);
      damaged.put(at, (byte) (damaged.get(at) ^ 0x40));

      List<Step> steps = read(joined(first, damaged, third), 0);

      assertThat(value(steps.get(0))).as("byte %d", at).isEqualTo("good");
      assertThat(steps.get(1)).as("byte %d", at).isInstanceOf(Step.Corrupt.class);
      assertThat(((Step.Corrupt) steps.get(1)).offset()).isEqualTo(1);
      assertThat(steps).hasSize(2);
      if (at > 16) {
        assertThat(((Step.Corrupt) steps.get(1)).nextOffset()).hasValue(3);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 10, Integer.MAX_VALUE})
  void next_findsALengthThatIsNone(int length) {
    ByteBuffer damaged = copy(batch(0, CompressionType.NONE, record("bad")).buffer());
    damaged.putInt(8, length);

    List<Step> steps = read(MemoryRecords.readableRecords(damaged), 0);

    assertThat(steps.getLast()).isInstanceOf(Step.Corrupt.class);
    assertThat(((Step.Corrupt) steps.getLast()).offset()).isZero();
  }

  @Test
  void next_passesOverAbortedTransactionsAndMarkers() {
    MemoryRecords aborted = transaction(0, 9, "never");
    MemoryRecords abort = marker(1, 9, ControlRecordType.ABORT);
    MemoryRecords kept = transaction(2, 9, "kept");
    MemoryRecords commit = marker(3, 9, ControlRecordType.COMMIT);

    List<Step> steps =
        read(
            joined(aborted.buffer(), abort.buffer(), kept.buffer(), commit.buffer()),
            0,
            List.of(new AbortedTransaction().setProducerId(9).setFirstOffset(0)));

    assertThat(value(steps.get(0))).isEqualTo("kept");
    assertThat(((Step.End) steps.get(1)).next().offset()).isEqualTo(4);
  }

  private static List<Step> read(MemoryRecords records, long offset) {
    return read(records, offset, List.of());
  }

  private static List<Step> read(
      MemoryRecords records, long offset, List<AbortedTransaction> aborted) {
    List<Step> steps = new ArrayList<>();
    try (FetchedStretch stretch =
        new FetchedStretch(
            PARTITION, new OffsetAndMetadata(offset), records, aborted, MAX_RECORD_BYTES)) {
      do {
        steps.add(stretch.next());
      } while (steps.getLast() instanceof Step.Read);
    }
    return steps;
  }

  private static MemoryRecords batch(long offset, CompressionType type, SimpleRecord... records) {
    return MemoryRecords.withRecords(offset, Compression.of(type).build(), records);
  }

  private static MemoryRecords transaction(long offset, long producer, String value) {
    return MemoryRecords.withTransactionalRecords(
        RecordBatch.MAGIC_VALUE_V2,
        offset,
        Compression.NONE,
        producer,
        (short) 0,
        (int) offset,
        0,
        record(value));
  }

  private static MemoryRecords marker(long offset, long producer, ControlRecordType type) {
    return MemoryRecords.withEndTransactionMarker(
        offset, 0, 0, producer, (short) 0, new EndTransactionMarker(type, 0));
  }

  private static SimpleRecord[] randomRecords(Random random) {
    SimpleRecord[] records = new SimpleRecord[1 + random.nextInt(20)];
    for (int i = 0; i < records.length; i++) {
      Header[] headers = new Header[random.nextInt(3)];
      for (int h = 0; h < headers.length; h++) {
        headers[h] = new RecordHeader("header-" + h, random.nextBoolean() ? bytes(random) : null);
      }
      records[i] =
          new SimpleRecord(
              random.nextInt(1_000_000),
              random.nextInt(4) == 0 ? null : bytes(random),
              random.nextInt(4) == 0 ? null : bytes(random),
              headers);
    }
    return records;
  }

  private static byte[] bytes(Random random) {
    byte[] bytes = new byte[random.nextInt(random.nextInt(10) == 0 ? 10_000 : 50)];
    random.nextBytes(bytes);
    return bytes;
  }

  private static SimpleRecord record(String value) {
    return new SimpleRecord(1_000, "key".getBytes(UTF_8), value.getBytes(UTF_8));
  }

  private static MemoryRecords joined(ByteBuffer... batches) {
    ByteBuffer all = ByteBuffer.allocate(Arrays.stream(batches).mapToInt(ByteBuffer::limit).sum());
    for (ByteBuffer batch : batches) {
      all.put(batch.duplicate());
    }
    return MemoryRecords.readableRecords(all.flip());
  }

  private static ByteBuffer copy(ByteBuffer bytes) {
    return ByteBuffer.allocate(bytes.limit()).put(bytes.duplicate()).flip();
  }

  private static boolean isCut(ConsumerRecord<byte[], byte[]> record) {
    return DeadLetterSource.isCut(record.value(), record.serializedValueSize());
  }

  private static String value(Step step) {
    return new String(((Step.Read) step).record().value(), UTF_8);
  }

  private static String text(Step step) {
    ConsumerRecord<byte[], byte[]> record = ((Step.Read) step).record();
    assertThat(record.timestampType()).isEqualTo(TimestampType.CREATE_TIME);
    return text(
        record.offset(),
        record.timestamp(),
        record.key(),
        record.value(),
        record.headers().toArray());
  }

  private static String text(Record record) {
    return text(
        record.offset(),
        record.timestamp(),
        bytes(record.key()),
        bytes(record.value()),
        record.headers());
  }

  private static String text(
      long offset, long timestamp, byte[] key, byte[] value, Header[] headers) {
    StringBuilder text = new StringBuilder(offset + " " + timestamp);
    text.append(' ').append(Arrays.toString(key)).append(' ').append(Arrays.toString(value));
    for (Header header : headers) {
      text.append(' ').append(header.key()).append('=').append(Arrays.toString(header.value()));
    }
    return text.toString();
  }

  private static byte[] bytes(ByteBuffer buffer) {
    if (buffer == null) {
      return null;
    }
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }
}
