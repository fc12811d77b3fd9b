package io.wideevents.event;

/**
 * The headers that a dead letter has in addition to the record's own key, value and headers. Both
 * processes write them, and the worker's commands read them. All values are text in UTF-8.
 */
public final class DeadLetterFormat {
  /** The prefix of all our headers; a replay removes them. */
  public static final String PREFIX = "dlq-";

  /** {@link DeadLetterReason#label}. */
  public static final String REASON = "dlq-reason";

  /** The error in detail. */
  public static final String ERROR = "dlq-error";

  /**
   * The topic, partition and offset from which a worker read the record; absent from a gateway's
   * dead letter.
   */
  public static final String SOURCE_TOPIC = "dlq-source-topic";

  public static final String SOURCE_PARTITION = "dlq-source-partition";
  public static final String SOURCE_OFFSET = "dlq-source-offset";

  /**
   * When the event arrived where it was read, in milliseconds since the epoch: the source record's
   * timestamp, or the time of spooling.
   */
  public static final String SOURCE_TIMESTAMP = "dlq-source-timestamp";

  /** The origin of an event that was never in a topic: {@link #SPOOL} or {@link #GATEWAY}. */
  public static final String ORIGIN = "dlq-origin";

  /** The {@link #ORIGIN} of an event from a gateway's spool. */
  public static final String SPOOL = "spool";

  /** The {@link #ORIGIN} of an event that a gateway rejected when it was posted. */
  public static final String GATEWAY = "gateway";

  /** The name of the API key with which a rejected event was posted; empty without a key. */
  public static final String CLIENT = "dlq-client";

  /** How often the database was asked to store the record. */
  public static final String ATTEMPTS = "dlq-attempts";

  /** {@code true} if the value is a stub in JSON, because the record was too large. */
  public static final String STUB = "dlq-stub";

  /**
   * The {@link DeadLetterPart}s of the record that the dead letter lacks, separated by commas;
   * absent if it lacks none.
   */
  public static final String CUT = "dlq-cut";

  /** How often the record was replayed before; the only header that a replay keeps. */
  public static final String REPLAYS = "dlq-replays";

  /** Bytes that a stub keeps of the beginning of the original value. */
  public static final int STUB_HEAD_BYTES = 64 * 1024;

  /** The longest key that a stub keeps, in bytes. */
  public static final int STUB_MAX_KEY_BYTES = 8 * 1024;

  /** The longest {@link #ERROR}, in characters. */
  public static final int MAX_ERROR_CHARS = 1_000;

  /** The longest {@link #ERROR} of the smallest stub, in characters. */
  public static final int SMALLEST_ERROR_CHARS = 100;

  private DeadLetterFormat() {}
}
