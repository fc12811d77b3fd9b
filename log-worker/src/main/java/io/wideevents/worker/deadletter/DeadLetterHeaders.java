package io.wideevents.worker.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wideevents.event.DeadLetterFormat;
import io.wideevents.event.DeadLetterPart;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** What a dead letter carries besides the record's own headers; all values are text in UTF-8. */
public final class DeadLetterHeaders {
  /** Every header of ours begins like this; a replay takes them off again. */
  public static final String PREFIX = DeadLetterFormat.PREFIX;

  /** {@link io.wideevents.event.DeadLetterReason#label}. */
  public static final String REASON = DeadLetterFormat.REASON;

  /** What exactly was wrong. */
  public static final String ERROR = DeadLetterFormat.ERROR;

  public static final String SOURCE_TOPIC = DeadLetterFormat.SOURCE_TOPIC;
  public static final String SOURCE_PARTITION = DeadLetterFormat.SOURCE_PARTITION;
  public static final String SOURCE_OFFSET = DeadLetterFormat.SOURCE_OFFSET;

  /** The source record's timestamp, in milliseconds since the epoch. */
  public static final String SOURCE_TIMESTAMP = DeadLetterFormat.SOURCE_TIMESTAMP;

  /** How often the database was asked to store the record. */
  public static final String ATTEMPTS = DeadLetterFormat.ATTEMPTS;

  /** {@code true} when the value is a stub in JSON, because the record was too large. */
  public static final String STUB = DeadLetterFormat.STUB;

  /** The parts of the record that the letter lacks, separated by commas. */
  public static final String CUT = DeadLetterFormat.CUT;

  /** How often the record was replayed from here before; the one header a replay keeps. */
  public static final String REPLAYS = DeadLetterFormat.REPLAYS;

  private DeadLetterHeaders() {}

  /** The record's own headers, unchanged and in order, followed by ours. */
  static Headers around(DeadLetter letter, Set<DeadLetterPart> cut) {
    Headers headers = new RecordHeaders(letter.source().headers().toArray());
    addTo(headers, letter, DeadLetterFormat.MAX_ERROR_CHARS, cut);
    return headers;
  }

  /** Ours alone, for a stub: it may have been the record's headers that were too large. */
  static Headers ofStub(DeadLetter letter, int maxErrorChars, Set<DeadLetterPart> cut) {
    Headers headers = new RecordHeaders();
    addTo(headers, letter, maxErrorChars, cut);
    add(headers, STUB, "true");
    return headers;
  }

  private static void addTo(
      Headers headers, DeadLetter letter, int maxErrorChars, Set<DeadLetterPart> cut) {
    ConsumerRecord<byte[], byte[]> source = letter.source();
    add(headers, REASON, letter.reason().label());
    add(headers, ERROR, DeadLetterFormat.error(letter.error(), maxErrorChars));
    add(headers, SOURCE_TOPIC, source.topic());
    add(headers, SOURCE_PARTITION, Integer.toString(source.partition()));
    add(headers, SOURCE_OFFSET, Long.toString(source.offset()));
    add(headers, SOURCE_TIMESTAMP, Long.toString(source.timestamp()));
    add(headers, ATTEMPTS, Integer.toString(letter.attempts()));
    if (!cut.isEmpty()) {
      add(headers, CUT, DeadLetterPart.labels(cut));
    }
  }

  private static void add(Headers headers, String name, String value) {
    headers.add(name, value.getBytes(UTF_8));
  }
}
