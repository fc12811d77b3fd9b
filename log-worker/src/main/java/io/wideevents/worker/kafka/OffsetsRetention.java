package io.wideevents.worker.kafka;

import io.wideevents.kafka.AdminCall;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;

/** How long the brokers keep the committed offsets of a group without members. */
public final class OffsetsRetention {
  /** The default of brokers before 2.0; assumed where the setting may not be read. */
  private static final Duration SHORTEST_DEFAULT = Duration.ofDays(1);

  private OffsetsRetention() {}

  /**
   * The setting of the brokers; the shortest default when it cannot be read. Blocks for seconds.
   */
  public static Duration of(Admin admin) {
    try {
      List<Node> nodes = List.copyOf(AdminCall.await(admin.describeCluster().nodes()));
      if (nodes.isEmpty()) {
        return SHORTEST_DEFAULT;
      }
      ConfigResource broker =
          new ConfigResource(ConfigResource.Type.BROKER, nodes.getFirst().idString());
      Map<ConfigResource, Config> configs =
          AdminCall.await(admin.describeConfigs(List.of(broker)).all());
      Config config = configs.get(broker);
      ConfigEntry entry = config == null ? null : config.get("offsets.retention.minutes");
      return entry == null || entry.value() == null
          ? SHORTEST_DEFAULT
          : Duration.ofMinutes(Long.parseLong(entry.value()));
    } catch (KafkaException | NumberFormatException e) {
      return SHORTEST_DEFAULT;
    }
  }
}
