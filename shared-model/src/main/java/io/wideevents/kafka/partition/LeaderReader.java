package io.wideevents.kafka.partition;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.BootstrapConfiguration;
import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.ClientUtils;
import org.apache.kafka.clients.ManualMetadataUpdater;
import org.apache.kafka.clients.MetadataRecoveryStrategy;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.clients.NetworkClientUtils;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.network.Selector;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.internals.LogContext;
import org.jspecify.annotations.Nullable;

/**
 * Fetches from a partition's leader with Kafka's own protocol classes, one request at a time, over
 * a connection with the security settings of the consumer. Connects with the first read.
 *
 * <p>These classes are not part of Kafka's public interface: an update of kafka-clients may require
 * changes here. Reasons: {@code docs/decisions/reading-one-partition.md}.
 */
public final class LeaderReader implements PartitionReader {
  private static final Duration TIMEOUT = Duration.ofSeconds(3);
  private static final int FETCH_BYTES = 1024 * 1024;
  private static final int SOCKET_BUFFER_BYTES = 64 * 1024;
  private static final long RECONNECT_BACKOFF_MILLIS = 50;
  private static final long MAX_RECONNECT_BACKOFF_MILLIS = 1_000;

  // The newest version that names topics by name; later versions require topic ids.
  private static final short FETCH_VERSION = 12;

  private final Map<String, Object> properties;
  private final int maxRecordBytes;
  private @Nullable NetworkClient client;

  /**
   * @param properties of a consumer
   * @param maxRecordBytes larger records are cut
   */
  public LeaderReader(Map<String, Object> properties, int maxRecordBytes) {
    this.properties = new HashMap<>(properties);
    this.properties.put(
        ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
    this.properties.put(
        ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class.getName());
    this.maxRecordBytes = maxRecordBytes;
  }

  @Override
  public Stretch read(Node leader, TopicPartition partition, OffsetAndMetadata from) {
    long offset = from.offset();
    FetchResponseData.PartitionData data = fetch(leader, partition, from);
    Errors error = Errors.forCode(data.errorCode());
    if (error == Errors.OFFSET_OUT_OF_RANGE) {
      throw new OffsetOutOfRangeException(Map.of(partition, offset));
    }
    if (error == Errors.CORRUPT_MESSAGE) {
      return new UnreadableStretch(from, "The broker reports a corrupt batch");
    }
    if (error != Errors.NONE) {
      throw new KafkaException("The leader rejects the request: " + error.message());
    }
    FetchResponse.divergingEpoch(data)
        .ifPresent(
            divergence -> {
              throw truncated(partition, offset, divergence);
            });
    if (FetchResponse.recordsSize(data) == 0 && data.lastStableOffset() > offset) {
      return new UnreadableStretch(
          from,
          "The broker returns no records, although the log continues to "
              + data.lastStableOffset());
    }
    return new FetchedStretch(
        partition,
        from,
        FetchResponse.recordsOrFail(data),
        data.abortedTransactions() == null ? List.of() : data.abortedTransactions(),
        maxRecordBytes);
  }

  @Override
  public void close() {
    if (client != null) {
      client.close();
      client = null;
    }
  }

  private FetchResponseData.PartitionData fetch(
      Node leader, TopicPartition partition, OffsetAndMetadata from) {
    NetworkClient open = open();
    try {
      if (!NetworkClientUtils.awaitReady(open, leader, Time.SYSTEM, TIMEOUT.toMillis())) {
        throw new TimeoutException("no connection to the leader within " + TIMEOUT.toSeconds());
      }
      ClientResponse response =
          NetworkClientUtils.sendAndReceive(
              open,
              open.newClientRequest(
                  leader.idString(), request(partition, from), Time.SYSTEM.milliseconds(), true),
              Time.SYSTEM);
      FetchResponse fetched = (FetchResponse) response.responseBody();
      if (fetched.error() != Errors.NONE) {
        throw fetched.error().exception();
      }
      FetchResponseData.PartitionData data =
          fetched.responseData(Map.of(), response.requestHeader().apiVersion()).get(partition);
      if (data == null) {
        throw new KafkaException("The leader's response does not contain " + partition);
      }
      return data;
    } catch (IOException e) {
      throw new DisconnectException("The connection to the leader failed: " + e.getMessage(), e);
    }
  }

  private static LogTruncationException truncated(
      TopicPartition partition, long offset, FetchResponseData.EpochEndOffset divergence) {
    OffsetAndMetadata to =
        new OffsetAndMetadata(
            Math.min(offset, divergence.endOffset()), Optional.of(divergence.epoch()), "");
    return new LogTruncationException(Map.of(partition, offset), Map.of(partition, to));
  }

  private static FetchRequest.Builder request(TopicPartition partition, OffsetAndMetadata from) {
    FetchRequest.PartitionData wanted =
        new FetchRequest.PartitionData(
            Uuid.ZERO_UUID,
            from.offset(),
            FetchRequest.INVALID_LOG_START_OFFSET,
            FETCH_BYTES,
            Optional.empty(),
            // A new leader may have truncated the log and written other records at the offset. With
            // this epoch the leader reports such a truncation.
            from.leaderEpoch());
    return FetchRequest.Builder.forConsumer(FETCH_VERSION, 0, 0, Map.of(partition, wanted))
        .isolationLevel(IsolationLevel.READ_COMMITTED)
        .setMaxBytes(FETCH_BYTES);
  }

  private NetworkClient open() {
    if (client == null) {
      ConsumerConfig config = new ConsumerConfig(properties);
      LogContext logs = new LogContext("[Partition reader] ");
      Selector selector =
          new Selector(
              config.getLong(ConsumerConfig.CONNECTIONS_MAX_IDLE_MS_CONFIG),
              new Metrics(),
              Time.SYSTEM,
              "partition-reader",
              ClientUtils.createChannelBuilder(config, Time.SYSTEM, logs),
              logs);
      client =
          new NetworkClient(
              selector,
              new ManualMetadataUpdater(),
              config.getString(ConsumerConfig.CLIENT_ID_CONFIG) + "-partition-reader",
              1,
              RECONNECT_BACKOFF_MILLIS,
              MAX_RECONNECT_BACKOFF_MILLIS,
              SOCKET_BUFFER_BYTES,
              SOCKET_BUFFER_BYTES,
              (int) TIMEOUT.toMillis(),
              TIMEOUT.toMillis(),
              TIMEOUT.toMillis(),
              Time.SYSTEM,
              true,
              new ApiVersions(),
              logs,
              MetadataRecoveryStrategy.NONE,
              BootstrapConfiguration.DISABLED,
              false);
    }
    return client;
  }
}
