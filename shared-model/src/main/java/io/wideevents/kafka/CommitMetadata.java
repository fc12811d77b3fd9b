package io.wideevents.kafka;

import org.apache.kafka.common.Uuid;

/**
 * The metadata text that is committed with each offset: the id of the topic that the offset belongs
 * to. A topic that is deleted and created again keeps its name but gets another id.
 *
 * <p>{@link Uuid#ZERO_UUID} represents an unknown id.
 */
public final class CommitMetadata {
  private static final String PREFIX = "topicId=";

  private CommitMetadata() {}

  /** The text for a topic id; empty when the id is unknown. */
  public static String of(Uuid topicId) {
    return topicId.equals(Uuid.ZERO_UUID) ? "" : PREFIX + topicId;
  }

  /** The topic id in a committed text; unknown when another tool or version wrote the text. */
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
