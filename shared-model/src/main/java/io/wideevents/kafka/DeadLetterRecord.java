package io.wideevents.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wideevents.event.DeadLetterFormat;
import io.wideevents.event.DeadLetterPart;
import java.util.EnumSet;
import java.util.Set;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * A record of the dead-letter topic. {@link DeadLetterFormat} lists its headers.
 *
 * @param record the record to send
 * @param cut the parts of the original record that it lacks
 */
public record DeadLetterRecord(ProducerRecord<byte[], byte[]> record, Set<DeadLetterPart> cut) {
  private static final byte[] NOTHING = {};

  /** How much of a record is kept. */
  public enum Size {
    /** The whole record. */
    WHOLE,
    /**
     * For a topic with a limit below the record's size: what identifies the record, and the head of
     * its value.
     */
    STUB,
    /** For a topic with a limit below the size of a stub: only what identifies the record. */
    SMALLEST
  }

  /**
   * The dead letter of a record.
   *
   * @param topic the dead-letter topic
   */
  public static DeadLetterRecord of(DeadLetterSource source, String topic, Size size) {
    return size == Size.WHOLE ? whole(source, topic) : stub(source, topic, size);
  }

  /** Bytes of key, value and headers. */
  public long bytes() {
    long bytes = length(record.key()) + length(record.value());
    for (Header header : record.headers()) {
      bytes += header.key().length() + length(header.value());
    }
    return bytes;
  }

  private static long length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }

  private static DeadLetterRecord whole(DeadLetterSource source, String topic) {
    ProducerRecord<byte[], byte[]> original = source.original();
    Set<DeadLetterPart> cut = EnumSet.noneOf(DeadLetterPart.class);
    Headers headers = new RecordHeaders(original.headers().toArray());
    addTo(headers, source, DeadLetterFormat.MAX_ERROR_CHARS, cut);
    return new DeadLetterRecord(
        new ProducerRecord<>(topic, null, original.key(), original.value(), headers), cut);
  }

  private static DeadLetterRecord stub(DeadLetterSource source, String topic, Size size) {
    boolean smallest = size == Size.SMALLEST;
    int maxKeyBytes = smallest ? 0 : DeadLetterFormat.STUB_MAX_KEY_BYTES;
    byte[] key = source.original().key() == null ? NOTHING : source.original().key();
    Set<DeadLetterPart> cut = EnumSet.of(DeadLetterPart.VALUE);
    if (key.length > maxKeyBytes) {
      cut.add(DeadLetterPart.KEY);
    }
    // The headers of a spooled event are ours and contain nothing that the stub lacks.
    if (source.origin() instanceof DeadLetterOrigin.Topic
        && source.original().headers().iterator().hasNext()) {
      cut.add(DeadLetterPart.HEADERS);
    }
    // Without the record's own headers, because they may be what is too large.
    Headers headers = new RecordHeaders();
    addTo(
        headers,
        source,
        smallest ? DeadLetterFormat.SMALLEST_ERROR_CHARS : DeadLetterFormat.MAX_ERROR_CHARS,
        cut);
    add(headers, DeadLetterFormat.STUB, "true");
    return new DeadLetterRecord(
        new ProducerRecord<>(
            topic,
            null,
            key.length > maxKeyBytes ? NOTHING : key,
            DeadLetterStub.value(source, smallest ? 0 : DeadLetterFormat.STUB_HEAD_BYTES),
            headers),
        cut);
  }

  /** Adds our headers; adds the error to {@code cut} if it does not fit. */
  private static void addTo(
      Headers headers, DeadLetterSource source, int maxErrorChars, Set<DeadLetterPart> cut) {
    add(headers, DeadLetterFormat.REASON, source.reason().label());
    add(headers, DeadLetterFormat.ERROR, beginning(source.error(), maxErrorChars));
    source.origin().headers().forEach((name, value) -> add(headers, name, value));
    add(headers, DeadLetterFormat.SOURCE_TIMESTAMP, Long.toString(source.timestampMillis()));
    add(headers, DeadLetterFormat.ATTEMPTS, Integer.toString(source.attempts()));
    if (source.error().length() > maxErrorChars) {
      cut.add(DeadLetterPart.ERROR);
    }
    if (!cut.isEmpty()) {
      add(headers, DeadLetterFormat.CUT, DeadLetterPart.labels(cut));
    }
  }

  /** At most this many characters of a text, without splitting a surrogate pair. */
  private static String beginning(String text, int maxChars) {
    if (text.length() <= maxChars) {
      return text;
    }
    boolean splitsPair = Character.isHighSurrogate(text.charAt(maxChars - 1));
    return text.substring(0, splitsPair ? maxChars - 1 : maxChars);
  }

  private static void add(Headers headers, String name, String value) {
    headers.add(name, value.getBytes(UTF_8));
  }
}
