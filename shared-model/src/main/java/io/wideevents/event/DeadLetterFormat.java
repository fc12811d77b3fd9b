package io.wideevents.event;

/**
 * What a dead letter carries besides the record's own key, value and headers. Both processes write
 * them, and the worker's commands read them; all values are text in UTF-8.
 */
public final class DeadLetterFormat {
  /** Every header of ours begins like this; a replay takes them off again. */
  public static final String PREFIX = "dlq-";

  /** {@link DeadLetterReason#label}. */
  public static final String REASON = "dlq-reason";

  /** What exactly was wrong. */
  public static final String ERROR = "dlq-error";

  /** The topic, partition and offset a worker took the record from; absent from a gateway's. */
  public static final String SOURCE_TOPIC = "dlq-source-topic";

  public static final String SOURCE_PARTITION = "dlq-source-partition";
  public static final String SOURCE_OFFSET = "dlq-source-offset";

  /**
   * When the event got to where it was taken from, in milliseconds since the epoch: the source
   * record's timestamp, or the time of spooling.
   */
  public static final String SOURCE_TIMESTAMP = "dlq-source-timestamp";

  /** Where an event comes from that never was in a topic: {@link #SPOOL}. */
  public static final String ORIGIN = "dlq-origin";

  /** The {@link #ORIGIN} of what a gateway takes from its spool. */
  public static final String SPOOL = "spool";

  /** How often the database was asked to store the record. */
  public static final String ATTEMPTS = "dlq-attempts";

  /** {@code true} when the value is a stub in JSON, because the record was too large. */
  public static final String STUB = "dlq-stub";

  /**
   * The {@link DeadLetterPart}s of the record that the letter lacks, separated by commas; absent
   * when it lacks none.
   */
  public static final String CUT = "dlq-cut";

  /** How often the record was replayed from here before; the one header a replay keeps. */
  public static final String REPLAYS = "dlq-replays";

  /** Bytes a stub keeps of the beginning of the original value. */
  public static final int STUB_HEAD_BYTES = 64 * 1024;

  /** The longest key a stub keeps. */
  public static final int STUB_MAX_KEY_BYTES = 8 * 1024;

  /** The longest {@link #ERROR}, in characters. */
  public static final int MAX_ERROR_CHARS = 1_000;

  /** The longest {@link #ERROR} of the smallest stub, in characters. */
  public static final int SMALLEST_ERROR_CHARS = 100;

  private DeadLetterFormat() {}
}
