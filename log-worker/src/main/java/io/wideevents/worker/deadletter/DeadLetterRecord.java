package io.wideevents.worker.deadletter;

import io.wideevents.event.DeadLetterFormat;
import io.wideevents.event.DeadLetterPart;
import io.wideevents.worker.kafka.LargeRecords;
import java.util.EnumSet;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * A record of the dead-letter topic, and what it lacks of the record it stands for.
 *
 * @param record what is sent
 * @param cut what it lacks
 */
record DeadLetterRecord(ProducerRecord<byte[], byte[]> record, Set<DeadLetterPart> cut) {
  private static final byte[] NOTHING = {};

  /** How much of a record is kept. */
  enum Size {
    /** All of it. */
    WHOLE,
    /** For a topic too small for the record: what identifies it, and the head of its value. */
    STUB,
    /** For a topic too small even for that: only what identifies the record. */
    SMALLEST
  }

  static DeadLetterRecord of(DeadLetter letter, String topic, Size size) {
    return size == Size.WHOLE ? whole(letter, topic) : stub(letter, topic, size);
  }

  /** Bytes of key, value and headers. */
  static long bytes(byte @Nullable [] key, byte @Nullable [] value, Headers headers) {
    long bytes = (key == null ? 0L : key.length) + (value == null ? 0L : value.length);
    for (Header header : headers) {
      bytes += header.key().length() + (header.value() == null ? 0L : header.value().length);
    }
    return bytes;
  }

  long bytes() {
    return bytes(record.key(), record.value(), record.headers());
  }

  private static DeadLetterRecord whole(DeadLetter letter, String topic) {
    Set<DeadLetterPart> cut = EnumSet.noneOf(DeadLetterPart.class);
    if (letter.error().length() > DeadLetterFormat.MAX_ERROR_CHARS) {
      cut.add(DeadLetterPart.ERROR);
    }
    return new DeadLetterRecord(
        new ProducerRecord<>(
            topic,
            null,
            letter.source().key(),
            letter.source().value(),
            DeadLetterHeaders.around(letter, cut)),
        cut);
  }

  private static DeadLetterRecord stub(DeadLetter letter, String topic, Size size) {
    ConsumerRecord<byte[], byte[]> source = letter.source();
    boolean smallest = size == Size.SMALLEST;
    int headBytes = smallest ? 0 : DeadLetterFormat.STUB_HEAD_BYTES;
    int keyBytes = smallest ? 0 : DeadLetterFormat.STUB_MAX_KEY_BYTES;
    int errorChars =
        smallest ? DeadLetterFormat.SMALLEST_ERROR_CHARS : DeadLetterFormat.MAX_ERROR_CHARS;
    byte[] key = source.key() == null ? NOTHING : source.key();
    byte[] value = source.value() == null ? NOTHING : source.value();
    Set<DeadLetterPart> cut = EnumSet.of(DeadLetterPart.VALUE);
    if (key.length > keyBytes) {
      cut.add(DeadLetterPart.KEY);
    }
    if (source.headers().iterator().hasNext()) {
      cut.add(DeadLetterPart.HEADERS);
    }
    if (letter.error().length() > errorChars) {
      cut.add(DeadLetterPart.ERROR);
    }
    // Topic names hold only letters, digits, '.', '_' and '-', so nothing here needs escaping.
    String place =
        "\"topic\":\"%s\",\"partition\":%d,\"offset\":%d"
            .formatted(source.topic(), source.partition(), source.offset());
    return new DeadLetterRecord(
        new ProducerRecord<>(
            topic,
            null,
            key.length > keyBytes ? NOTHING : key,
            stubValue(source, place, value, headBytes),
            DeadLetterHeaders.ofStub(letter, errorChars, cut)),
        cut);
  }

  /** A record that was cut when it was read has no hash. */
  private static byte[] stubValue(
      ConsumerRecord<byte[], byte[]> source, String place, byte[] value, int headBytes) {
    int keyBytes = Math.max(0, source.serializedKeySize());
    return LargeRecords.isCut(source)
        ? DeadLetterFormat.stubOfCut(
            place, keyBytes, source.serializedValueSize(), value, headBytes)
        : DeadLetterFormat.stub(place, keyBytes, value, headBytes);
  }
}
