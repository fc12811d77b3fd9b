package io.wideevents.config;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * How a topic is created if it is absent. Contains plain values, because only the package {@code
 * kafka} uses Kafka's classes.
 *
 * @param partitions at least 1
 * @param replication replicas of each partition; {@link #BROKER_DEFAULT} uses the broker's default
 * @param minInSyncReplicas replicas that must have an event before it is acknowledged; empty uses
 *     the broker's default
 * @param retention how long records are kept; empty means without limit
 * @param maxMessageBytes the largest record batch the topic takes, in bytes
 */
public record TopicLayout(
    String name,
    int partitions,
    short replication,
    OptionalInt minInSyncReplicas,
    Optional<Duration> retention,
    int maxMessageBytes) {
  /** Kafka's value for "as the broker is configured". */
  public static final short BROKER_DEFAULT = -1;

  /** The broker's default; topics that we create never have a lower limit. */
  public static final int KAFKA_DEFAULT_MAX_MESSAGE_BYTES = 1_048_588;

  /** Bytes for headers, summary and ingest data of an event, and for the dead-letter headers. */
  public static final int HEADROOM_BYTES = 64 * 1024;

  public TopicLayout {
    if (partitions < 1) {
      throw new IllegalArgumentException("partitions=" + partitions + " is not positive");
    }
    if (replication < 1 && replication != BROKER_DEFAULT) {
      throw new IllegalArgumentException("replication=" + replication + " is not positive");
    }
  }

  /** The layout of the dead-letter topic beside this topic. */
  TopicLayout forDeadLetters(String name) {
    return new TopicLayout(
        name,
        partitions,
        replication,
        minInSyncReplicas,
        Optional.empty(),
        maxMessageBytes + HEADROOM_BYTES);
  }

  /** The topic's configuration under Kafka's names. */
  public Map<String, String> configs() {
    Map<String, String> configs = new TreeMap<>();
    configs.put("cleanup.policy", "delete");
    configs.put("retention.ms", retention.map(d -> Long.toString(d.toMillis())).orElse("-1"));
    configs.put("max.message.bytes", Integer.toString(maxMessageBytes));
    minInSyncReplicas.ifPresent(n -> configs.put("min.insync.replicas", Integer.toString(n)));
    return configs;
  }
}
