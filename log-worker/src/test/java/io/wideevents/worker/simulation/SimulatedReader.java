package io.wideevents.worker.simulation;

import io.wideevents.kafka.partition.PartitionReader;
import io.wideevents.kafka.partition.Stretch;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Reads single partitions of the model's broker: a stretch is what the log held when it was
 * fetched.
 */
final class SimulatedReader implements PartitionReader {
  private static final int MOST_OFFSETS = 40;

  private final World world;
  private final Dice dice;
  private final SimulatedBroker broker;
  private final BiConsumer<TopicPartition, Integer> readTo;

  /**
   * @param readTo learns of each record that is read, with the offset behind it
   */
  SimulatedReader(
      World world, Dice dice, SimulatedBroker broker, BiConsumer<TopicPartition, Integer> readTo) {
    this.world = world;
    this.dice = dice;
    this.broker = broker;
    this.readTo = readTo;
  }

  @Override
  public Stretch read(Node leader, TopicPartition partition, OffsetAndMetadata position) {
    long offset = position.offset();
    PartitionLog log = broker.log(partition);
    if (broker.mayTimeOut() && dice.chance(0.1)) {
      throw new TimeoutException("The model's leader does not answer");
    }
    if (!log.hasLeader) {
      throw new KafkaException("The model's partition has no leader");
    }
    if (position.leaderEpoch().isPresent()) {
      int asked = position.leaderEpoch().get();
      OffsetAndMetadata epochEnd = log.endOfEpoch(asked);
      if (epochEnd == null) {
        throw new OffsetOutOfRangeException(Map.of(partition, offset));
      }
      if (epochEnd.offset() < offset || epochEnd.leaderEpoch().orElse(-1) < asked) {
        world.trace("reader: %s diverges at %s", partition, epochEnd);
        throw new LogTruncationException(Map.of(partition, offset), Map.of(partition, epochEnd));
      }
    }
    if (offset < log.start() || offset > log.end()) {
      throw new OffsetOutOfRangeException(Map.of(partition, offset));
    }
    world.saw(Sighting.READ_ALONE);
    int from = (int) offset;
    int end = Math.min(log.end(), from + dice.between(1, MOST_OFFSETS));
    ArrayDeque<SimulatedRecord> records = new ArrayDeque<>();
    int corruptAt = -1;
    for (int at = from; at < end && corruptAt < 0; at++) {
      SimulatedRecord record = log.at(at);
      if (log.isCorrupt(at)) {
        corruptAt = at;
      } else if (record != null) {
        records.add(record);
      }
    }
    if (world.isTraced()) {
      world.trace(
          "reader: fetches %s from %d to %d%s",
          partition, from, end, corruptAt < 0 ? "" : ", corrupt from " + corruptAt);
    }
    if (corruptAt >= 0 && world.planted == PlantedFault.PASSES_OVER_CORRUPT_BATCHES) {
      return new Fetched(records, position.leaderEpoch(), log.corruptTo(), -1, Optional.empty());
    }
    return new Fetched(
        records,
        position.leaderEpoch(),
        end,
        corruptAt,
        end == from ? Optional.empty() : Optional.of(log.epochAt(end - 1)));
  }

  @Override
  public void close() {}

  private final class Fetched implements Stretch {
    private final ArrayDeque<SimulatedRecord> left;
    private final int end;
    private final int corruptAt;
    private final Optional<Integer> endEpoch;
    private Optional<Integer> leaderEpoch;

    Fetched(
        ArrayDeque<SimulatedRecord> left,
        Optional<Integer> leaderEpoch,
        int end,
        int corruptAt,
        Optional<Integer> endEpoch) {
      this.left = left;
      this.leaderEpoch = leaderEpoch;
      this.end = end;
      this.corruptAt = corruptAt;
      this.endEpoch = endEpoch;
    }

    @Override
    public Step next() {
      SimulatedRecord record = left.poll();
      if (record != null) {
        leaderEpoch = record.leaderEpoch();
        record.polled(world);
        readTo.accept(
            new TopicPartition(record.topic(), record.partition()), (int) record.offset() + 1);
        return new Step.Read(record);
      }
      if (corruptAt >= 0) {
        world.saw(Sighting.PARTITION_STOPPED);
        return new Step.Corrupt(
            corruptAt, leaderEpoch, OptionalLong.empty(), "The model's batch is corrupt");
      }
      return new Step.End(
          new OffsetAndMetadata(end, endEpoch.isPresent() ? endEpoch : leaderEpoch, ""));
    }

    @Override
    public void close() {}
  }
}
