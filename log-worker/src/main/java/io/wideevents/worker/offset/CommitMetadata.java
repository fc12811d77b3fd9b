package io.wideevents.worker.offset;

import org.apache.kafka.common.Uuid;

/**
 * The text that is committed beside each offset: the id of the topic that the offset belongs to. A
 * topic that is deleted and created again keeps its name but gets another id.
 *
 * <p>{@link Uuid#ZERO_UUID} stands for an id that is not known.
 */
public final class CommitMetadata {
  private static final String PREFIX = "topicId=";

  private CommitMetadata() {}

  /** The text for a topic id; empty when the id is not known. */
  public static String of(Uuid topicId) {
    return topicId.equals(Uuid.ZERO_UUID) ? "" : PREFIX + topicId;
  }

  /** The topic id in a committed text; not known when another tool or version wrote the text. */
  public static Uuid topicId(String metadata) {
    if (!metadata.startsWith(PREFIX)) {
      return Uuid.ZERO_UUID;
    }
    try {
      return Uuid.fromString(metadata.substring(PREFIX.length()));
    } catch (IllegalArgumentException notAnId) {
      return Uuid.ZERO_UUID;
    }
  }

  /** Whether both ids are known and differ. */
  public static boolean differ(Uuid one, Uuid other) {
    return !one.equals(Uuid.ZERO_UUID) && !other.equals(Uuid.ZERO_UUID) && !one.equals(other);
  }
}
