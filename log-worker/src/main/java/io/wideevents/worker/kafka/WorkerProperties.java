package io.wideevents.worker.kafka;

import io.wideevents.kafka.ClientProperties;
import io.wideevents.kafka.KafkaAccess;
import io.wideevents.kafka.ProducerBounds;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.producer.ProducerConfig;

/** The properties of the worker's Kafka clients: those of both processes, and the worker's own. */
final class WorkerProperties {
  private static final int MEBIBYTE = 1024 * 1024;

  // Small, because all records of a poll are in memory at once, decompressed, whatever their size.
  private static final int MAX_POLL_RECORDS = 250;

  // Largest size of a poll if all events have the maximum size. With the default maximum size, the
  // full number of records just fits.
  private static final int MAX_POLL_BYTES = 64 * MEBIBYTE;

  private static final Duration ADMIN_REQUEST_TIMEOUT = Duration.ofSeconds(3);

  private static final ProducerBounds PRODUCER_BOUNDS =
      new ProducerBounds(
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          Duration.ofSeconds(20),
          32L * MEBIBYTE,
          // The topic's limit, not the producer's, must decide which dead letter is too large.
          LargeRecords.MAX_REQUEST_BYTES);

  private final WorkerKafkaSettings settings;

  WorkerProperties(WorkerKafkaSettings settings) {
    this.settings = settings;
  }

  /** Largest number of records that a poll returns. */
  int maxPollRecords() {
    return Math.clamp(MAX_POLL_BYTES / settings.maxEventBytes(), 1, MAX_POLL_RECORDS);
  }

  Map<String, Object> consumer() {
    Map<String, Object> properties = noticingPartitions(ClientProperties.common(access()));
    if (settings.protocol() == GroupProtocol.CLASSIC) {
      // The partitions of a killed worker move to others after this time; Kafka's default is 45 s.
      // With the consumer protocol the broker decides, and the client rejects these properties.
      properties.putIfAbsent(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 15_000);
      properties.putIfAbsent(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 3_000);
      properties.put(
          ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
          CooperativeStickyAssignor.class.getName());
    }
    // Prefetched data stays compressed in memory. These properties limit it without reducing
    // throughput.
    properties.putIfAbsent(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 16 * MEBIBYTE);
    properties.putIfAbsent(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, MEBIBYTE);
    // How long a broker without records keeps a fetch. Each fetch of an idle worker costs CPU time.
    properties.putIfAbsent(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 1_000);
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, maxPollRecords());
    // A corrupt batch must stop its partition instead of being decoded.
    properties.put(ConsumerConfig.CHECK_CRCS_CONFIG, true);
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, settings.group());
    properties.put(
        ConsumerConfig.GROUP_PROTOCOL_CONFIG, settings.protocol().name().toLowerCase(Locale.ROOT));
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    properties.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 10_000);
    return properties;
  }

  /**
   * Properties for reading a topic alone: partitions are assigned by hand, without a group
   * protocol.
   */
  Map<String, Object> reader(String group) {
    Map<String, Object> properties = consumer();
    properties.remove(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG);
    // Closing a consumer waits for its fetch, and so would the end of a command.
    properties.remove(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG);
    properties.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    return properties;
  }

  Map<String, Object> producer() {
    Map<String, Object> properties =
        noticingPartitions(ClientProperties.producer(access(), PRODUCER_BOUNDS));
    properties.putIfAbsent(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
    // The producer forgets a topic soon after its last dead letter. While it remembers a topic, it
    // requests the topic's metadata. That request would create a deleted topic again, with the
    // broker's defaults.
    properties.put(ProducerConfig.METADATA_MAX_IDLE_CONFIG, 5_000);
    return properties;
  }

  Map<String, Object> admin() {
    return noticingPartitions(ClientProperties.admin(access(), ADMIN_REQUEST_TIMEOUT));
  }

  private KafkaAccess access() {
    return new KafkaAccess(settings.brokers(), "log-worker", settings.client());
  }

  /** Makes clients detect new partitions within one minute instead of five. */
  private static Map<String, Object> noticingPartitions(Map<String, Object> properties) {
    properties.putIfAbsent(CommonClientConfigs.METADATA_MAX_AGE_CONFIG, 60_000);
    return properties;
  }
}
