package io.wideevents.worker.deadletter;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Reads the dead-letter topic up to where it ended when reading began, so that it ends even while
 * letters keep arriving. What has been replayed is remembered as the committed offsets of a group
 * that only replays use.
 *
 * <p>Not thread-safe. Every method may block for ten seconds and fails with a {@link
 * KafkaException} when Kafka does not answer.
 */
public final class DeadLetterReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Consumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions;
  private final Map<TopicPartition, Long> starts;
  private final Map<TopicPartition, Long> ends;
  private final Map<TopicPartition, Long> progress = new HashMap<>();
  private final Duration patience;

  /**
   * Looks at the topic.
   *
   * @param consumer not subscribed; closed with this
   * @throws UnknownTopicOrPartitionException if there is no such topic
   */
  public DeadLetterReader(Consumer<byte[], byte[]> consumer, String topic) {
    this(consumer, topic, PATIENCE);
  }

  DeadLetterReader(Consumer<byte[], byte[]> consumer, String topic, Duration patience) {
    this.consumer = consumer;
    this.patience = patience;
    List<PartitionInfo> infos = consumer.partitionsFor(topic);
    if (infos == null || infos.isEmpty()) {
      throw new UnknownTopicOrPartitionException("there is no topic " + topic);
    }
    partitions = infos.stream().map(info -> new TopicPartition(topic, info.partition())).toList();
    consumer.assign(partitions);
    starts = consumer.beginningOffsets(partitions);
    ends = consumer.endOffsets(partitions);
    Map<TopicPartition, OffsetAndMetadata> replayed = consumer.committed(Set.copyOf(partitions));
    for (TopicPartition partition : partitions) {
      OffsetAndMetadata at = replayed.get(partition);
      progress.put(partition, Math.max(at == null ? 0 : at.offset(), start(partition)));
    }
  }

  /** Goes to the first letter that was not replayed yet. */
  public void seekToPending() {
    progress.forEach(consumer::seek);
  }

  /** Goes to the first letter the topic still has. */
  public void seekToStart() {
    starts.forEach(consumer::seek);
  }

  /** Letters between where reading stands and the end, gaps included: for a progress bar. */
  public long remaining() {
    return partitions.stream()
        .mapToLong(partition -> Math.max(0, end(partition) - consumer.position(partition)))
        .sum();
  }

  /** The next letters, at most a few hundred; empty only when the end is reached. */
  public List<StoredLetter> next() {
    List<StoredLetter> letters = new ArrayList<>();
    long left = remaining();
    long movedNanos = System.nanoTime();
    while (letters.isEmpty() && left > 0) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        if (record.offset() < end(partition)) {
          letters.add(new StoredLetter(record));
        }
      }
      long now = remaining();
      movedNanos = now < left ? System.nanoTime() : checkPatience(movedNanos);
      left = now;
    }
    return letters;
  }

  /** One letter by its place; empty when the topic does not have it. */
  public Optional<StoredLetter> find(int partition, long offset) {
    Optional<TopicPartition> wanted =
        partitions.stream().filter(known -> known.partition() == partition).findFirst();
    if (wanted.isEmpty() || offset < start(wanted.get()) || offset >= end(wanted.get())) {
      return Optional.empty();
    }
    consumer.assign(List.of(wanted.get()));
    consumer.seek(wanted.get(), offset);
    long movedNanos = System.nanoTime();
    while (consumer.position(wanted.get()) <= offset) {
      Iterator<ConsumerRecord<byte[], byte[]>> records = consumer.poll(POLL).iterator();
      if (records.hasNext()) {
        // The first one there is, if the offset itself is a gap.
        ConsumerRecord<byte[], byte[]> record = records.next();
        return record.offset() == offset ? Optional.of(new StoredLetter(record)) : Optional.empty();
      }
      checkPatience(movedNanos);
    }
    return Optional.empty();
  }

  /** Remembers the letters as replayed, and all before them in their partitions. */
  public void replayed(List<StoredLetter> letters) {
    for (StoredLetter letter : letters) {
      TopicPartition partition =
          new TopicPartition(letter.record().topic(), letter.record().partition());
      progress.merge(partition, letter.record().offset() + 1, Math::max);
    }
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    progress.forEach((partition, offset) -> offsets.put(partition, new OffsetAndMetadata(offset)));
    consumer.commitSync(offsets);
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
  }

  /** A consumer does not say that its brokers are gone: it just brings nothing, for ever. */
  private long checkPatience(long movedNanos) {
    if (System.nanoTime() - movedNanos >= patience.toNanos()) {
      throw new TimeoutException("no letters within " + patience.toSeconds() + " s");
    }
    return movedNanos;
  }

  private long start(TopicPartition partition) {
    return starts.getOrDefault(partition, 0L);
  }

  private long end(TopicPartition partition) {
    return ends.getOrDefault(partition, 0L);
  }
}
