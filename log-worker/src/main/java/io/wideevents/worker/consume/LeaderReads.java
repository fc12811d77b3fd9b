package io.wideevents.worker.consume;

import io.wideevents.kafka.partition.PartitionReader;
import io.wideevents.kafka.partition.Stretch;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Reads single partitions from their leaders. Skips a leader that did not answer recently: each
 * attempt blocks for seconds, and the leader may lead many of the partitions.
 */
final class LeaderReads implements AutoCloseable {
  private static final Duration LOOKUP_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration FIRST_RETRY = Duration.ofSeconds(5);
  private static final Duration LONGEST_RETRY = Duration.ofMinutes(1);

  private final Consumer<byte[], byte[]> consumer;
  private final Supplier<PartitionReader> readers;
  private final LongSupplier nanoClock;
  private final Map<Integer, Unanswered> unanswered = new HashMap<>();
  private @Nullable PartitionReader reader;

  /** The last attempt to read from a leader that did not answer. */
  private record Unanswered(KafkaException failure, int failures, long untilNanos) {}

  /**
   * @param consumer finds the leaders
   * @param readers creates a reader for the first read, and for the first read after a close
   */
  LeaderReads(
      Consumer<byte[], byte[]> consumer,
      Supplier<PartitionReader> readers,
      LongSupplier nanoClock) {
    this.consumer = consumer;
    this.readers = readers;
    this.nanoClock = nanoClock;
  }

  /** The pause before the next attempt, in nanoseconds: 5 s, doubled for each failure, to 1 min. */
  static long pauseNanos(int failures) {
    return Math.min(FIRST_RETRY.toNanos() << Math.min(failures, 10), LONGEST_RETRY.toNanos());
  }

  /**
   * Fetches from the partition's leader; blocks for a few seconds at most.
   *
   * @throws KafkaException as {@link PartitionReader#read}, or the last failure of a leader that is
   *     skipped
   */
  Stretch read(TopicPartition partition, OffsetAndMetadata from) {
    if (reader == null) {
      reader = readers.get();
    }
    Node leader = leader(partition);
    Unanswered last = unanswered.get(leader.id());
    if (last != null && last.untilNanos - nanoClock.getAsLong() > 0) {
      throw last.failure;
    }
    try {
      Stretch stretch = reader.read(leader, partition, from);
      unanswered.remove(leader.id());
      return stretch;
    } catch (TimeoutException | DisconnectException failure) {
      int failures = last == null ? 0 : last.failures;
      long until = nanoClock.getAsLong() + pauseNanos(failures);
      unanswered.put(leader.id(), new Unanswered(failure, failures + 1, until));
      throw failure;
    }
  }

  /** Closes the connections; a later read opens them again. */
  @Override
  public void close() {
    if (reader != null) {
      reader.close();
      reader = null;
    }
  }

  private Node leader(TopicPartition partition) {
    List<PartitionInfo> infos = consumer.partitionsFor(partition.topic(), LOOKUP_TIMEOUT);
    return (infos == null ? List.<PartitionInfo>of() : infos)
        .stream()
            .filter(info -> info.partition() == partition.partition() && info.leader() != null)
            .map(PartitionInfo::leader)
            .filter(leader -> !leader.isEmpty())
            .findFirst()
            .orElseThrow(() -> new KafkaException("it has no leader"));
  }
}
