package io.wideevents.kafka;

import io.wideevents.log.Causes;
import org.apache.kafka.common.errors.TimeoutException;

/** Describes a failure of a Kafka client in a few words. */
public final class KafkaTrouble {
  private KafkaTrouble() {}

  /**
   * The message of the innermost cause. The outer message of a failed constructor says only that it
   * failed.
   */
  public static String what(Throwable failure) {
    Throwable root = Causes.deepest(failure);
    if (root instanceof TimeoutException) {
      return "no broker answered in time"; // Kafka's message describes its internals
    }
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }
}
