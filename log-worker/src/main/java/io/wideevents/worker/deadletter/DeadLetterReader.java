package io.wideevents.worker.deadletter;

import io.wideevents.kafka.StoredDeadLetter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Reads the dead-letter topic up to the end that it had when reading began, so that reading ends
 * even while dead letters arrive. Replays are recorded as the committed offsets of a consumer group
 * that only replays use. Kafka deletes these offsets some time after the last commit, by default
 * after a week. {@link #renew} restarts that time.
 *
 * <p>Not thread-safe. Every method may block for ten seconds, and fails with a {@link
 * KafkaException} when Kafka does not answer.
 */
public final class DeadLetterReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration POLL_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration CLOCK_TOLERANCE = Duration.ofHours(1);

  private final Consumer<byte[], byte[]> consumer;
  private final List<TopicPartition> partitions;
  private final Map<TopicPartition, Long> starts;
  private final Map<TopicPartition, Long> ends;
  private final Map<TopicPartition, Long> progress = new HashMap<>();
  private final Set<TopicPartition> withOffsets = new HashSet<>();
  private List<TopicPartition> reading;
  private final Duration pollTimeout;

  /**
   * Reads the bounds of the topic.
   *
   * @param consumer not subscribed; closed with this reader
   * @throws UnknownTopicOrPartitionException if there is no such topic
   */
  public DeadLetterReader(Consumer<byte[], byte[]> consumer, String topic) {
    this(consumer, topic, POLL_TIMEOUT);
  }

  DeadLetterReader(Consumer<byte[], byte[]> consumer, String topic, Duration pollTimeout) {
    this.consumer = consumer;
    this.pollTimeout = pollTimeout;
    List<PartitionInfo> infos = consumer.partitionsFor(topic);
    if (infos == null || infos.isEmpty()) {
      throw new UnknownTopicOrPartitionException("there is no topic " + topic);
    }
    partitions = infos.stream().map(info -> new TopicPartition(topic, info.partition())).toList();
    reading = partitions;
    consumer.assign(partitions);
    starts = consumer.beginningOffsets(partitions);
    ends = consumer.endOffsets(partitions);
    Map<TopicPartition, OffsetAndMetadata> replayed = consumer.committed(Set.copyOf(partitions));
    for (TopicPartition partition : partitions) {
      OffsetAndMetadata at = replayed.get(partition);
      progress.put(partition, Math.max(at == null ? 0 : at.offset(), start(partition)));
      if (at != null) {
        withOffsets.add(partition);
      }
    }
  }

  /** Whether the group has a committed offset for at least one partition. */
  public boolean hasReplayed() {
    return !withOffsets.isEmpty();
  }

  /** Commits the group's offsets again, unchanged, so that Kafka keeps them. */
  public void renew() {
    if (hasReplayed()) {
      commit(withOffsets);
    }
  }

  /**
   * Finds partitions whose committed offsets Kafka may have deleted. Such a partition has no
   * committed offset, and its first dead letter is older than Kafka's retention of offsets. A
   * younger dead letter was not replayed, because its committed offset would still exist.
   *
   * @param retention how long Kafka keeps committed offsets
   * @return the time of the oldest dead letter of such partitions; empty when there are none
   */
  public Optional<Instant> oldestWithoutOffset(Duration retention, Instant now) {
    return oldest(
            partitions.stream().filter(partition -> !withOffsets.contains(partition)).toList())
        .filter(time -> time.isBefore(now.minus(retention).plus(CLOCK_TOLERANCE)));
  }

  /** The time of the first dead letter that is pending; empty when none is pending. */
  public Optional<Instant> oldestPending() {
    return oldest(partitions);
  }

  /** Seeks to the first dead letter that was not replayed yet. */
  public void seekToPending() {
    read(partitions);
    progress.forEach(consumer::seek);
  }

  /** Seeks to the first dead letter in the topic. */
  public void seekToStart() {
    read(partitions);
    starts.forEach(consumer::seek);
  }

  /**
   * Seeks to offsets of some partitions. Only those partitions are read. Dead letters before the
   * offsets count as replayed.
   *
   * @throws IllegalArgumentException if there is no such partition
   */
  public void seekTo(Map<Integer, Long> offsets) {
    Map<TopicPartition, Long> wanted = new HashMap<>();
    offsets.forEach(
        (partition, offset) ->
            wanted.put(
                partitions.stream()
                    .filter(known -> known.partition() == partition)
                    .findFirst()
                    .orElseThrow(
                        () ->
                            new IllegalArgumentException(
                                "the dead-letter topic has no partition " + partition)),
                offset));
    read(List.copyOf(wanted.keySet()));
    wanted.forEach(this::seek);
  }

  /**
   * Seeks to the first dead letters written at a time or later. Dead letters before that time count
   * as replayed.
   */
  public void seekTo(Instant time) {
    read(partitions);
    Map<TopicPartition, Long> times = new HashMap<>();
    partitions.forEach(partition -> times.put(partition, time.toEpochMilli()));
    Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(times);
    for (TopicPartition partition : partitions) {
      OffsetAndTimestamp at = found.get(partition);
      seek(partition, at == null ? end(partition) : at.offset());
    }
  }

  private void seek(TopicPartition partition, long offset) {
    long within = Math.clamp(offset, start(partition), end(partition));
    consumer.seek(partition, within);
    progress.merge(partition, within, Math::max);
  }

  private void read(List<TopicPartition> some) {
    reading = some;
    consumer.assign(some);
  }

  private Optional<Instant> oldest(List<TopicPartition> some) {
    Optional<Instant> oldest = Optional.empty();
    for (TopicPartition partition : some) {
      read(List.of(partition));
      consumer.seek(partition, progress.getOrDefault(partition, 0L));
      for (StoredDeadLetter first : next().stream().limit(1).toList()) {
        oldest =
            oldest
                .filter(earlier -> earlier.isBefore(first.time()))
                .or(() -> Optional.of(first.time()));
      }
    }
    return oldest;
  }

  /** Number of offsets between the position and the end, including gaps; for a progress bar. */
  public long remaining() {
    return reading.stream()
        .mapToLong(partition -> Math.max(0, end(partition) - consumer.position(partition)))
        .sum();
  }

  /** The next dead letters, at most a few hundred; empty only at the end. */
  public List<StoredDeadLetter> next() {
    List<StoredDeadLetter> letters = new ArrayList<>();
    long left = remaining();
    long movedNanos = System.nanoTime();
    while (letters.isEmpty() && left > 0) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        if (record.offset() < end(partition)) {
          letters.add(new StoredDeadLetter(record));
        }
      }
      long now = remaining();
      movedNanos = now < left ? System.nanoTime() : checkTimeout(movedNanos);
      left = now;
    }
    return letters;
  }

  /** The dead letter at an offset; empty when the topic does not have it. */
  public Optional<StoredDeadLetter> find(int partition, long offset) {
    Optional<TopicPartition> wanted =
        partitions.stream().filter(known -> known.partition() == partition).findFirst();
    if (wanted.isEmpty() || offset < start(wanted.get()) || offset >= end(wanted.get())) {
      return Optional.empty();
    }
    read(List.of(wanted.get()));
    consumer.seek(wanted.get(), offset);
    long movedNanos = System.nanoTime();
    while (consumer.position(wanted.get()) <= offset) {
      Iterator<ConsumerRecord<byte[], byte[]>> records = consumer.poll(POLL).iterator();
      if (records.hasNext()) {
        // If the offset is in a gap, the consumer returns the first record after it.
        ConsumerRecord<byte[], byte[]> record = records.next();
        return record.offset() == offset
            ? Optional.of(new StoredDeadLetter(record))
            : Optional.empty();
      }
      checkTimeout(movedNanos);
    }
    return Optional.empty();
  }

  /**
   * Records the dead letters, and all dead letters before them in their partitions, as replayed.
   */
  public void replayed(List<StoredDeadLetter> letters) {
    for (StoredDeadLetter letter : letters) {
      TopicPartition partition =
          new TopicPartition(letter.record().topic(), letter.record().partition());
      progress.merge(partition, letter.record().offset() + 1, Math::max);
    }
    withOffsets.addAll(reading);
    commit(withOffsets);
  }

  private void commit(Set<TopicPartition> some) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    some.forEach(
        partition ->
            offsets.put(partition, new OffsetAndMetadata(progress.getOrDefault(partition, 0L))));
    consumer.commitSync(offsets);
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
  }

  /**
   * Fails if the brokers are unavailable. A consumer does not report this: its polls return no
   * records.
   */
  private long checkTimeout(long movedNanos) {
    if (System.nanoTime() - movedNanos >= pollTimeout.toNanos()) {
      throw new TimeoutException("no dead letters within " + pollTimeout.toSeconds() + " s");
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
