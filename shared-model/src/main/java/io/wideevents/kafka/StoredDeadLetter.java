package io.wideevents.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wideevents.event.DeadLetterFormat;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * A record of the dead-letter topic. Immutable view. Records that other tools wrote may lack
 * headers; missing headers are read as empty or 0.
 */
public record StoredDeadLetter(ConsumerRecord<byte[], byte[]> record) {

  /** The position: {@code partition:offset}. */
  public String position() {
    return record.partition() + ":" + record.offset();
  }

  /** When it was written to the topic. */
  public Instant time() {
    return Instant.ofEpochMilli(record.timestamp());
  }

  public String reason() {
    return text(DeadLetterFormat.REASON);
  }

  public String error() {
    return text(DeadLetterFormat.ERROR);
  }

  /**
   * The origin of the record: {@code topic:partition:offset}, {@code spool} for an event from a
   * gateway's spool, or {@code gateway} for an event that a gateway rejected when it was posted.
   */
  public String source() {
    String origin = text(DeadLetterFormat.ORIGIN);
    if (!origin.isEmpty()) {
      return origin;
    }
    return text(DeadLetterFormat.SOURCE_TOPIC)
        + ":"
        + text(DeadLetterFormat.SOURCE_PARTITION)
        + ":"
        + text(DeadLetterFormat.SOURCE_OFFSET);
  }

  /** How often the database was asked to store the record. */
  public int attempts() {
    return number(DeadLetterFormat.ATTEMPTS);
  }

  /** How often the record was replayed before it was written here. */
  public int replays() {
    return number(DeadLetterFormat.REPLAYS);
  }

  /** Whether the value is only a stub, because the record was too large. */
  public boolean isStub() {
    return !text(DeadLetterFormat.STUB).isEmpty();
  }

  /** The parts of the record that this dead letter lacks, such as {@code value}; empty if none. */
  public List<String> cut() {
    String parts = text(DeadLetterFormat.CUT);
    return parts.isEmpty() ? List.of() : List.of(parts.split(","));
  }

  /** Bytes of the value; 0 for a tombstone. */
  public int valueBytes() {
    return record.value() == null ? 0 : record.value().length;
  }

  /** The record's own headers, and the number of replays plus one. */
  public Headers headersForReplay() {
    Headers headers = new RecordHeaders();
    for (Header header : record.headers()) {
      if (!header.key().startsWith(DeadLetterFormat.PREFIX)) {
        headers.add(header);
      }
    }
    headers.add(DeadLetterFormat.REPLAYS, Integer.toString(replays() + 1).getBytes(UTF_8));
    return headers;
  }

  private String text(String name) {
    Header header = record.headers().lastHeader(name);
    return header == null || header.value() == null ? "" : new String(header.value(), UTF_8);
  }

  private int number(String name) {
    String text = text(name);
    return text.matches("\\d{1,9}") ? Integer.parseInt(text) : 0;
  }
}
