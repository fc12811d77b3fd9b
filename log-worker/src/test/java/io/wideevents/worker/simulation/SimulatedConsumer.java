package io.wideevents.worker.simulation;

import static io.wideevents.worker.simulation.SimulatedClock.SECOND;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.consumer.RetriableCommitFailedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * A consumer of the model's broker, as far as the worker uses one: a member of the group, with
 * positions that are validated by leader epoch, and callbacks that run inside {@code poll} and
 * {@code close}.
 */
final class SimulatedConsumer extends UnusedConsumer {
  /** Where reading goes on in a partition. */
  private static final class Position {
    final int offset;
    final Optional<Integer> offsetEpoch;
    int validatedEpoch = -1;

    /** Whether the bytes at the offset were fetched, so that they are looked at though paused. */
    boolean fetched;

    Position(OffsetAndMetadata from) {
      offset = (int) from.offset();
      offsetEpoch = from.leaderEpoch();
    }
  }

  private record Callback(long at, Runnable call) {}

  private static final long SHARED_WAIT = 5_000_000;
  private static final Node LEADER = new Node(1, "model", 9092);

  private final String name;
  private final World world;
  private final SimulationPlan plan;
  private final SimulatedClock time;
  private final Dice dice;
  private final SimulatedBroker broker;
  private final WorkerSignals worker;
  private final Set<TopicPartition> owned = new LinkedHashSet<>();
  private final Set<TopicPartition> paused = new LinkedHashSet<>();
  private final Map<TopicPartition, Position> positions = new HashMap<>();
  private final Map<TopicPartition, Integer> readTo = new HashMap<>();
  private final ArrayDeque<Callback> callbacks = new ArrayDeque<>();
  private @Nullable ConsumerRebalanceListener listener;
  private boolean joined;
  private boolean groupChanged;
  private boolean woken;
  private boolean closed;
  private int generation = -1;
  private int firstToFetch;
  private @Nullable Throwable thrown;

  SimulatedConsumer(
      String name, World world, Dice dice, SimulatedBroker broker, WorkerSignals worker) {
    this.name = name;
    this.world = world;
    this.plan = world.plan;
    this.time = world.time;
    this.dice = dice;
    this.broker = broker;
    this.worker = worker;
  }

  /** Whether an exception is one that this model threw. */
  boolean threw(Throwable failure) {
    return failure == thrown || (failure.getCause() != null && failure.getCause() == thrown);
  }

  int generation() {
    return generation;
  }

  void groupChanged() {
    groupChanged = true;
    worker.wake();
  }

  void dataArrived() {
    worker.wake();
  }

  @Override
  public String toString() {
    return name;
  }

  // What the worker calls.

  @Override
  public void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {
    this.listener = listener;
  }

  @Override
  public Set<TopicPartition> assignment() {
    return Collections.unmodifiableSet(owned);
  }

  @Override
  public Set<TopicPartition> paused() {
    return Collections.unmodifiableSet(paused);
  }

  @Override
  public void pause(Collection<TopicPartition> partitions) {
    requireOwned(partitions);
    paused.addAll(partitions);
    world.saw(Sighting.PAUSED);
  }

  @Override
  public void resume(Collection<TopicPartition> partitions) {
    requireOwned(partitions);
    paused.removeAll(partitions);
  }

  @Override
  public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    if (closed) {
      throw new IllegalStateException("The model's consumer is closed");
    }
    runCallbacks();
    throwIfWoken();
    if (broker.isFaulty() && world.has(Fault.POLL_FAILURES) && dice.chance(0.002)) {
      throw thrown(new KafkaException("The model's poll fails"));
    }
    prepare();
    ConsumerRecords<byte[], byte[]> records = fetch();
    if (!records.nextOffsets().isEmpty() || timeout.isZero()) {
      return records;
    }
    if (!plan.pollWaits) {
      worker.pollAgainAfter(timeout.toNanos());
      return records;
    }
    // With several workers only a part of the wait is inside: all others stand still meanwhile.
    long end = time.nanos() + timeout.toNanos();
    time.passUntil(
        plan.workers == 1 ? end : Math.min(end, time.nanos() + SHARED_WAIT),
        () -> woken || worker.isDying() || groupChanged || canFetch());
    worker.dieIfDying();
    throwIfWoken();
    worker.pollAgainAfter(canFetch() ? 0 : Math.max(0, end - time.nanos()));
    prepare();
    return fetch();
  }

  @Override
  public void commitAsync(
      Map<TopicPartition, OffsetAndMetadata> given, OffsetCommitCallback callback) {
    Map<TopicPartition, OffsetAndMetadata> offsets = mutated(given);
    Exception failure = null;
    long delay = dice.millis(0, 30);
    boolean fails = broker.isFaulty() && world.has(Fault.COMMIT_FAILURES) && dice.chance(0.2);
    if (fails) {
      delay = dice.millis(0, 10_000);
      failure = new RetriableCommitFailedException("The model's commit is not confirmed");
    }
    if (!fails || dice.chance(0.5)) {
      try {
        broker.commit(this, offsets);
      } catch (KafkaException rejected) {
        failure = rejected;
      }
    }
    Exception answer = failure;
    callbacks.add(new Callback(time.nanos() + delay, () -> callback.onComplete(given, answer)));
  }

  @Override
  public void commitSync(Map<TopicPartition, OffsetAndMetadata> given, Duration timeout) {
    throwIfWoken();
    runCallbacks();
    if (broker.isFaulty() && world.has(Fault.COMMIT_FAILURES) && dice.chance(0.3)) {
      if (dice.chance(0.5)) {
        broker.commit(this, mutated(given));
      }
      pass(timeout.toNanos());
      throw thrown(new TimeoutException("The model's commit is not confirmed in time"));
    }
    try {
      broker.commit(this, mutated(given));
    } catch (KafkaException rejected) {
      throw thrown(rejected);
    }
    pass(dice.millis(0, 20));
  }

  @Override
  public void seek(TopicPartition partition, OffsetAndMetadata to) {
    requireOwned(List.of(partition));
    world.trace("%s: seeks %s to %s", name, partition, to);
    // A seek of a paused partition may only park the position: less may have been read.
    readTo.merge(
        partition,
        paused.contains(partition) ? (int) to.offset() - 1 : (int) to.offset(),
        paused.contains(partition) ? Math::min : (old, at) -> at);
    positions.put(partition, new Position(to));
  }

  @Override
  public void seek(TopicPartition partition, long offset) {
    seek(partition, new OffsetAndMetadata(offset));
  }

  @Override
  public long position(TopicPartition partition) {
    Position position = positions.get(partition);
    return position == null ? -1 : position.offset;
  }

  @Override
  public Map<TopicPartition, OffsetAndMetadata> committed(
      Set<TopicPartition> partitions, Duration timeout) {
    mayTimeOut(timeout);
    Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
    partitions.forEach(partition -> committed.put(partition, broker.committed(partition)));
    return committed;
  }

  @Override
  public Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
    return committed(partitions, Duration.ofSeconds(60));
  }

  @Override
  public Map<TopicPartition, Long> beginningOffsets(
      Collection<TopicPartition> partitions, Duration timeout) {
    mayTimeOut(timeout);
    Map<TopicPartition, Long> offsets = new HashMap<>();
    partitions.forEach(each -> offsets.put(each, (long) broker.log(each).start()));
    return offsets;
  }

  @Override
  public Map<TopicPartition, Long> endOffsets(
      Collection<TopicPartition> partitions, Duration timeout) {
    mayTimeOut(timeout);
    Map<TopicPartition, Long> offsets = new HashMap<>();
    partitions.forEach(each -> offsets.put(each, (long) broker.log(each).end()));
    return offsets;
  }

  @Override
  public OptionalLong currentLag(TopicPartition partition) {
    Position position = positions.get(partition);
    return position == null
        ? OptionalLong.empty()
        : OptionalLong.of(Math.max(0, broker.log(partition).end() - position.offset));
  }

  @Override
  public Map<MetricName, ? extends Metric> metrics() {
    return Map.of();
  }

  @Override
  public void wakeup() {
    woken = true;
  }

  @Override
  public void close(CloseOptions options) {
    if (closed) {
      return;
    }
    closed = true;
    if (!owned.isEmpty() && listener != null) {
      List<TopicPartition> all = List.copyOf(owned);
      if (broker.isMember(this)) {
        listener.onPartitionsRevoked(all);
      } else {
        listener.onPartitionsLost(all);
      }
    }
    broker.leave(this);
    owned.clear();
    if (broker.isFaulty() && world.has(Fault.POLL_FAILURES) && dice.chance(0.2)) {
      throw thrown(new KafkaException("The model's consumer does not close cleanly"));
    }
  }

  /** Offset after the last record that was read, or where reading begins; -1 if none. */
  int readTo(TopicPartition partition) {
    return readTo.getOrDefault(partition, -1);
  }

  /** A record was read without this consumer. */
  void readAlone(TopicPartition partition, int offset) {
    readTo.put(partition, offset);
  }

  @Override
  public List<PartitionInfo> partitionsFor(String topic, Duration timeout) {
    mayTimeOut(timeout);
    return broker.logs().stream()
        .map(log -> info(log.partition, log.hasLeader ? LEADER : Node.noNode()))
        .toList();
  }

  private static PartitionInfo info(TopicPartition partition, Node leader) {
    return new PartitionInfo(
        partition.topic(), partition.partition(), leader, new Node[0], new Node[0]);
  }

  // Inside poll.

  private void prepare() {
    followGroup();
    findPositions();
    validatePositions();
  }

  private void followGroup() {
    if (!broker.isMember(this)) {
      if (joined && !owned.isEmpty()) {
        List<TopicPartition> lost = List.copyOf(owned);
        drop(lost);
        world.trace("%s: lost %s", name, lost);
        world.saw(Sighting.LOST);
        requireListener().onPartitionsLost(lost);
      }
      joined = true;
      broker.join(this);
    }
    groupChanged = false;
    if (generation != broker.generation()) {
      revoke();
      generation = broker.generation();
    }
    List<TopicPartition> assigned = broker.assignable(this);
    if (!assigned.isEmpty()) {
      owned.addAll(assigned);
      world.trace("%s: assigned %s", name, assigned);
      requireListener().onPartitionsAssigned(assigned);
    }
  }

  private void revoke() {
    List<TopicPartition> revoked =
        owned.stream().filter(each -> plan.eager || !broker.isMeantFor(this, each)).toList();
    if (!revoked.isEmpty()) {
      world.trace("%s: revoking %s", name, revoked);
      world.saw(Sighting.REVOKED);
      // Still a member, and still the owner, until the callback has ended.
      requireListener().onPartitionsRevoked(revoked);
      drop(revoked);
      for (TopicPartition partition : revoked) {
        if (broker.isOwnedBy(this, partition)) {
          broker.released(partition);
        }
      }
      world.trace("%s: revoked %s", name, revoked);
    }
  }

  private void drop(List<TopicPartition> partitions) {
    partitions.forEach(owned::remove);
    partitions.forEach(paused::remove);
    partitions.forEach(positions::remove);
    partitions.forEach(readTo::remove);
  }

  private void findPositions() {
    List<TopicPartition> without = null;
    for (TopicPartition partition : owned) {
      if (!positions.containsKey(partition)) {
        OffsetAndMetadata committed = broker.committed(partition);
        if (committed != null) {
          positions.put(partition, new Position(committed));
          readTo.put(partition, (int) committed.offset());
        } else {
          without = without == null ? new ArrayList<>() : without;
          without.add(partition);
        }
      }
    }
    if (without != null) {
      throw thrown(new NoOffsetForPartitionException(without));
    }
  }

  private void validatePositions() {
    for (TopicPartition partition : owned) {
      Position position = positions.get(partition);
      PartitionLog log = broker.log(partition);
      if (position == null || position.validatedEpoch == log.leaderEpoch() || !log.hasLeader) {
        continue;
      }
      if (position.offsetEpoch.isPresent()) {
        int asked = position.offsetEpoch.get();
        OffsetAndMetadata end = log.endOfEpoch(asked);
        if (end == null || end.offset() < position.offset || end.leaderEpoch().orElse(-1) < asked) {
          world.trace("%s: %s diverges at %s", name, partition, String.valueOf(end));
          world.saw(Sighting.LOG_TRUNCATED);
          throw thrown(
              new LogTruncationException(
                  Map.of(partition, (long) position.offset),
                  end == null ? Map.of() : Map.of(partition, end)));
        }
      }
      position.validatedEpoch = log.leaderEpoch();
    }
  }

  private boolean canFetch() {
    for (TopicPartition partition : owned) {
      Position position = positions.get(partition);
      PartitionLog log = broker.log(partition);
      if (!paused.contains(partition)
          && log.hasLeader
          && (position == null || position.offset < log.end() || position.offset < log.start())
          && (position == null
              || !log.isCorrupt(position.offset)
              || !log.isCorruptSilently()
              || position.offset < log.start())) {
        return true;
      }
    }
    return false;
  }

  private ConsumerRecords<byte[], byte[]> fetch() {
    if (!canFetch()) {
      checkRange();
      return ConsumerRecords.empty();
    }
    checkRange();
    Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> records = new LinkedHashMap<>();
    Map<TopicPartition, OffsetAndMetadata> next = new LinkedHashMap<>();
    List<TopicPartition> order = new ArrayList<>(owned);
    Collections.rotate(order, firstToFetch++);
    int left = plan.maxPollRecords;
    for (TopicPartition partition : order) {
      PartitionLog log = broker.log(partition);
      Position position = positions.get(partition);
      if (position == null) {
        continue;
      }
      if (position.fetched && log.isCorrupt(position.offset) && !log.isCorruptSilently()) {
        if (next.isEmpty()) {
          throw corrupt(partition, position.offset);
        }
        break;
      }
      if (paused.contains(partition) || !log.hasLeader) {
        continue;
      }
      List<ConsumerRecord<byte[], byte[]>> ofPartition = new ArrayList<>();
      Optional<Integer> epoch = position.offsetEpoch;
      int offset = position.offset;
      for (; offset < log.end() && left > 0 && !log.isCorrupt(offset); offset++) {
        SimulatedRecord record = log.at(offset);
        if (record != null) {
          left--;
          ofPartition.add(record);
        }
        epoch = Optional.of(log.epochAt(offset));
      }
      if (offset > position.offset) {
        OffsetAndMetadata to = new OffsetAndMetadata(offset, epoch, "");
        Position moved = new Position(to);
        moved.validatedEpoch = position.validatedEpoch;
        moved.fetched = log.isCorrupt(offset);
        positions.put(partition, moved);
        next.put(partition, to);
        if (!ofPartition.isEmpty()) {
          records.put(partition, ofPartition);
        }
        if (world.isTraced()) {
          world.trace("%s: polls %s up to %d: %s", name, partition, offset, ofPartition);
        }
      } else if (log.isCorrupt(offset) && !log.isCorruptSilently() && left > 0) {
        position.fetched = true;
        if (next.isEmpty()) {
          throw corrupt(partition, offset);
        }
        break;
      }
    }
    if (broker.isFaulty()
        && world.has(Fault.OUT_OF_MEMORY)
        && !records.isEmpty()
        && dice.chance(0.01)) {
      world.trace("%s: runs out of memory", name);
      OutOfMemoryError heap = new OutOfMemoryError("The model's heap is too small");
      thrown = heap;
      throw heap;
    }
    records.forEach(
        (partition, polled) -> polled.forEach(record -> ((SimulatedRecord) record).polled(world)));
    next.forEach((partition, to) -> readTo.put(partition, (int) to.offset()));
    return new ConsumerRecords<>(records, next);
  }

  private KafkaException corrupt(TopicPartition partition, int offset) {
    String text =
        "Record batch for partition " + partition + " at offset " + offset + " is invalid";
    world.trace("%s: %s", name, text);
    return thrown(
        world.planted == PlantedFault.ONE_PARTITION_STOPS_ALL
            ? new TopicAuthorizationException(text)
            : new KafkaException(text));
  }

  private void checkRange() {
    Map<TopicPartition, Long> outside = null;
    for (TopicPartition partition : owned) {
      Position position = positions.get(partition);
      PartitionLog log = broker.log(partition);
      if (position == null || paused.contains(partition) || !log.hasLeader) {
        continue;
      }
      if (position.offset < log.start() || position.offset > log.end()) {
        if (world.planted == PlantedFault.RESETS_SILENTLY && position.offset < log.start()) {
          positions.put(partition, new Position(new OffsetAndMetadata(log.start())));
          readTo.put(partition, log.start());
          continue;
        }
        outside = outside == null ? new HashMap<>() : outside;
        outside.put(partition, (long) position.offset);
      }
    }
    if (outside != null) {
      world.trace("%s: out of range %s", name, outside);
      world.saw(Sighting.OUT_OF_RANGE);
      throw thrown(new OffsetOutOfRangeException(outside));
    }
  }

  private Map<TopicPartition, OffsetAndMetadata> mutated(
      Map<TopicPartition, OffsetAndMetadata> offsets) {
    if (world.planted != PlantedFault.COMMITS_THE_POSITION
        && world.planted != PlantedFault.COMMITS_WITHOUT_EPOCH) {
      return offsets;
    }
    Map<TopicPartition, OffsetAndMetadata> mutated = new HashMap<>();
    offsets.forEach(
        (partition, offset) ->
            mutated.put(
                partition,
                new OffsetAndMetadata(
                    world.planted == PlantedFault.COMMITS_THE_POSITION
                        ? Math.max(readTo(partition), offset.offset())
                        : offset.offset(),
                    world.planted == PlantedFault.COMMITS_THE_POSITION
                        ? offset.leaderEpoch()
                        : Optional.empty(),
                    offset.metadata())));
    return mutated;
  }

  private void runCallbacks() {
    while (!callbacks.isEmpty() && callbacks.peekFirst().at <= time.nanos()) {
      callbacks.removeFirst().call.run();
    }
  }

  private void mayTimeOut(Duration timeout) {
    throwIfWoken();
    if (broker.mayTimeOut() && dice.chance(0.2)) {
      pass(Math.min(timeout.toNanos(), 3 * SECOND));
      throw thrown(new TimeoutException("The model's broker does not answer in time"));
    }
  }

  private void pass(long nanos) {
    time.passUntil(time.nanos() + nanos, worker::isDying);
    worker.dieIfDying();
  }

  private void throwIfWoken() {
    if (woken) {
      woken = false;
      world.saw(Sighting.WOKEN);
      throw thrown(new WakeupException());
    }
  }

  private <E extends RuntimeException> E thrown(E failure) {
    thrown = failure;
    return failure;
  }

  private ConsumerRebalanceListener requireListener() {
    if (listener == null) {
      throw new IllegalStateException("The model's consumer is not subscribed");
    }
    return listener;
  }

  private void requireOwned(Collection<TopicPartition> partitions) {
    if (!owned.containsAll(partitions)) {
      throw new IllegalStateException("Not assigned: " + partitions + ", but " + owned);
    }
  }
}
