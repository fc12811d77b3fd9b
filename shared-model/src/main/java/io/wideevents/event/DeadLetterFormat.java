package io.wideevents.event;

/**
 * What a dead letter carries besides the record's own key, value and headers. Both processes write
 * them, and the worker's commands read them; all values are text in UTF-8.
 */
public final class DeadLetterFormat {
  /** Every header of ours begins like this; a replay takes them off again. */
  public static final String PREFIX = "dlq-";

  /** {@link io.wideevents.codec.DeadLetterReason#label}. */
  public static final String REASON = "dlq-reason";

  /** What exactly was wrong. */
  public static final String ERROR = "dlq-error";

  /** How often the database was asked to store the record. */
  public static final String ATTEMPTS = "dlq-attempts";

  /** The longest {@link #ERROR}, in characters. */
  public static final int MAX_ERROR_CHARS = 1_000;

  private DeadLetterFormat() {}
}
