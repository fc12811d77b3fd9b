package io.wideevents.worker.simulation;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metrics.KafkaMetric;

/** The methods of a consumer that the worker does not use. Each fails. */
abstract class UnusedConsumer implements Consumer<byte[], byte[]> {
  private static UnsupportedOperationException unused() {
    return new UnsupportedOperationException("The model's consumer does not do this");
  }

  @Override
  public final Set<String> subscription() {
    throw unused();
  }

  @Override
  public final void subscribe(Collection<String> a0) {
    throw unused();
  }

  @Override
  public final void assign(Collection<TopicPartition> a0) {
    throw unused();
  }

  @Override
  public final void subscribe(Pattern a0, ConsumerRebalanceListener a1) {
    throw unused();
  }

  @Override
  public final void subscribe(Pattern a0) {
    throw unused();
  }

  @Override
  public final void subscribe(SubscriptionPattern a0, ConsumerRebalanceListener a1) {
    throw unused();
  }

  @Override
  public final void subscribe(SubscriptionPattern a0) {
    throw unused();
  }

  @Override
  public final void unsubscribe() {
    throw unused();
  }

  @Override
  public final void commitSync() {
    throw unused();
  }

  @Override
  public final void commitSync(Duration a0) {
    throw unused();
  }

  @Override
  public final void commitSync(Map<TopicPartition, OffsetAndMetadata> a0) {
    throw unused();
  }

  @Override
  public final void commitAsync() {
    throw unused();
  }

  @Override
  public final void commitAsync(OffsetCommitCallback a0) {
    throw unused();
  }

  @Override
  public final void registerMetricForSubscription(KafkaMetric a0) {
    throw unused();
  }

  @Override
  public final void unregisterMetricFromSubscription(KafkaMetric a0) {
    throw unused();
  }

  @Override
  public final void seekToBeginning(Collection<TopicPartition> a0) {
    throw unused();
  }

  @Override
  public final void seekToEnd(Collection<TopicPartition> a0) {
    throw unused();
  }

  @Override
  public final long position(TopicPartition a0, Duration a1) {
    throw unused();
  }

  @Override
  public final Uuid clientInstanceId(Duration a0) {
    throw unused();
  }

  @Override
  public final List<PartitionInfo> partitionsFor(String a0) {
    throw unused();
  }

  @Override
  public final Map<String, List<PartitionInfo>> listTopics() {
    throw unused();
  }

  @Override
  public final Map<String, List<PartitionInfo>> listTopics(Duration a0) {
    throw unused();
  }

  @Override
  public final Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
      Map<TopicPartition, Long> a0) {
    throw unused();
  }

  @Override
  public final Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
      Map<TopicPartition, Long> a0, Duration a1) {
    throw unused();
  }

  @Override
  public final Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> a0) {
    throw unused();
  }

  @Override
  public final Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> a0) {
    throw unused();
  }

  @Override
  public final ConsumerGroupMetadata groupMetadata() {
    throw unused();
  }

  @Override
  public final void enforceRebalance() {
    throw unused();
  }

  @Override
  public final void enforceRebalance(String a0) {
    throw unused();
  }

  @Override
  public final void close() {
    throw unused();
  }

  @Override
  @SuppressWarnings("deprecation") // Kafka still asks for it
  public final void close(Duration a0) {
    throw unused();
  }
}
