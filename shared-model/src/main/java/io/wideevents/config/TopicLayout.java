package io.wideevents.config;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * How a topic is created when it is absent. Plain values: only the package {@code kafka} uses
 * Kafka's classes.
 *
 * @param partitions at least 1
 * @param replication copies of each partition; {@link #BROKER_DEFAULT} leaves it to the broker
 * @param minInSyncReplicas copies that must have an event before it is acknowledged; empty leaves
 *     it to the broker
 * @param retention how long records are kept; empty means for ever
 * @param maxMessageBytes the largest record batch the topic takes
 */
public record TopicLayout(
    String name,
    int partitions,
    short replication,
    OptionalInt minInSyncReplicas,
    Optional<Duration> retention,
    int maxMessageBytes) {
  /** Kafka's own word for "as the broker is configured". */
  public static final short BROKER_DEFAULT = -1;

  /** What the broker takes when nobody said otherwise; a topic of ours never takes less. */
  public static final int KAFKA_DEFAULT_MAX_MESSAGE_BYTES = 1_048_588;

  /** Room for headers, summary and ingest data beside an event, and for what a dead letter adds. */
  public static final int HEADROOM_BYTES = 64 * 1024;

  public TopicLayout {
    if (partitions < 1) {
      throw new IllegalArgumentException("partitions=" + partitions + " is not positive");
    }
    if (replication < 1 && replication != BROKER_DEFAULT) {
      throw new IllegalArgumentException("replication=" + replication + " is not positive");
    }
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
