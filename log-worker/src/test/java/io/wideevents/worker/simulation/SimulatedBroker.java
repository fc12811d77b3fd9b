package io.wideevents.worker.simulation;

import static io.wideevents.worker.simulation.SimulatedClock.SECOND;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** The broker: the logs of one topic, its group, and the group's committed offsets. */
final class SimulatedBroker {
  static final String TOPIC = "log-events";

  /** How the worker names the topic in the metadata of a committed offset. */
  private static final String TOPIC_ID = "topicId=";

  private static final long STALE_METADATA = 900_000_000;

  private final World world;
  private final SimulationPlan plan;
  private final SimulatedClock time;
  private final Dice dice;
  private final LongSupplier countedAsLost;
  private final List<PartitionLog> logs = new ArrayList<>();
  private final List<SimulatedConsumer> members = new ArrayList<>();
  private final @Nullable OffsetAndMetadata[] committed;
  private final @Nullable SimulatedConsumer[] owners;
  private final @Nullable SimulatedConsumer[] targets;
  private Uuid topicId = new Uuid(1, 1);
  private Uuid oldTopicId = topicId;
  private long createdAt;
  private boolean exists = true;
  private boolean faulty = true;
  private int generation;

  /**
   * @param countedAsLost records that the workers have counted as lost to retention
   */
  SimulatedBroker(World world, Dice dice, LongSupplier countedAsLost) {
    this.world = world;
    this.plan = world.plan;
    this.time = world.time;
    this.dice = dice;
    this.countedAsLost = countedAsLost;
    for (int p = 0; p < plan.partitions; p++) {
      logs.add(new PartitionLog(new TopicPartition(TOPIC, p)));
    }
    committed = new OffsetAndMetadata[plan.partitions];
    owners = new SimulatedConsumer[plan.partitions];
    targets = new SimulatedConsumer[plan.partitions];
    planFaults();
  }

  List<PartitionLog> logs() {
    return logs;
  }

  PartitionLog log(TopicPartition partition) {
    return logs.get(partition.partition());
  }

  /** No more faults: every partition has a leader and keeps its records. */
  void endFaults() {
    faulty = false;
    if (exists) {
      logs.forEach(log -> log.hasLeader = true);
    }
    logs.forEach(PartitionLog::repair);
  }

  /** Whether a request may go without an answer. */
  boolean mayTimeOut() {
    return faulty && world.has(Fault.POLL_FAILURES);
  }

  boolean isFaulty() {
    return faulty;
  }

  void append(SimulatedEvent event) {
    if (!exists) {
      // A producer tries again until the topic exists.
      time.after(SECOND / 2, () -> append(event));
      return;
    }
    PartitionLog log = logs.get(dice.between(0, logs.size() - 1));
    if (dice.chance(0.02)) {
      log.appendGap();
    }
    log.append(event, time.instant().toEpochMilli());
    if (dice.chance(0.02)) {
      log.appendGap();
    }
    SimulatedConsumer owner = owners[log.partition.partition()];
    if (owner != null) {
      owner.dataArrived();
    }
  }

  // The group.

  int generation() {
    return generation;
  }

  void join(SimulatedConsumer member) {
    members.add(member);
    rebalance();
  }

  /** A member leaves, or its session has expired. */
  void leave(SimulatedConsumer member) {
    if (members.remove(member)) {
      for (int p = 0; p < owners.length; p++) {
        if (owners[p] == member) {
          owners[p] = null;
        }
      }
      rebalance();
    }
  }

  /** The process has died; the group notices when the session expires. */
  void died(SimulatedConsumer member) {
    time.after(dice.millis(1_000, 12_000), () -> leave(member));
  }

  boolean isMember(SimulatedConsumer member) {
    return members.contains(member);
  }

  boolean isOwnedBy(SimulatedConsumer member, TopicPartition partition) {
    return owners[partition.partition()] == member;
  }

  boolean isMeantFor(SimulatedConsumer member, TopicPartition partition) {
    return targets[partition.partition()] == member;
  }

  void released(TopicPartition partition) {
    owners[partition.partition()] = null;
  }

  /** Partitions that a member may have now. */
  List<TopicPartition> assignable(SimulatedConsumer member) {
    if (plan.eager && members.stream().anyMatch(each -> each.generation() != generation)) {
      return List.of();
    }
    List<TopicPartition> assignable = new ArrayList<>();
    for (int p = 0; p < owners.length; p++) {
      if (targets[p] == member && owners[p] == null) {
        owners[p] = member;
        assignable.add(logs.get(p).partition);
      }
    }
    return assignable;
  }

  private void rebalance() {
    generation++;
    List<SimulatedConsumer> order = new ArrayList<>(members);
    Collections.shuffle(order, new Random(dice.random().nextLong()));
    for (int p = 0; p < targets.length; p++) {
      targets[p] = order.isEmpty() || !exists ? null : order.get(p % order.size());
    }
    members.forEach(SimulatedConsumer::groupChanged);
    if (world.isTraced()) {
      world.trace("broker: generation %d of %s", generation, order);
    }
  }

  // Committed offsets.

  @Nullable OffsetAndMetadata committed(TopicPartition partition) {
    return committed[partition.partition()];
  }

  /**
   * Takes a commit.
   *
   * @throws CommitFailedException if the member does not own the partitions any more
   */
  void commit(SimulatedConsumer member, Map<TopicPartition, OffsetAndMetadata> offsets) {
    boolean allowed =
        isMember(member)
            && offsets.keySet().stream().allMatch(partition -> isOwnedBy(member, partition));
    if (world.isTraced()) {
      world.trace("broker: commit of %s %s%s", member, offsets, allowed ? "" : " rejected");
    }
    if (!allowed) {
      world.saw(Sighting.COMMIT_REJECTED);
      throw new CommitFailedException("The model's group went on without this member");
    }
    offsets.forEach((partition, offset) -> committed[partition.partition()] = offset);
    checkCommitted();
  }

  /** Nothing is committed beyond what is stored, dead-lettered, or counted as lost. */
  void checkCommitted() {
    long lost = 0;
    for (PartitionLog log : logs) {
      OffsetAndMetadata offset = committed[log.partition.partition()];
      if (offset == null) {
        continue;
      }
      long effective = effective(log, offset);
      if (effective > log.firstUndone() && log.firstUndone() < log.end()) {
        throw world.violated(
            Invariant.COMMITTED_IS_DONE,
            "%s is committed at %s, and %s is not done",
            log.partition,
            offset,
            log.at(log.firstUndone()));
      }
      lost += log.lostBefore(effective);
    }
    if (lost > countedAsLost.getAsLong()) {
      throw world.violated(
          Invariant.COMMITTED_IS_DONE,
          "%d records are lost to retention, and %d are counted",
          lost,
          countedAsLost.getAsLong());
    }
  }

  /** Whether every record is done and committed. */
  boolean isFinished() {
    if (!exists) {
      return false;
    }
    for (PartitionLog log : logs) {
      OffsetAndMetadata offset = committed[log.partition.partition()];
      long effective = offset == null ? 0 : effective(log, offset);
      if (log.firstUndone() < log.end() || effective < log.end()) {
        return false;
      }
    }
    return true;
  }

  /** Where each log ends now, by partition. */
  List<Integer> ends() {
    return logs.stream().map(PartitionLog::end).toList();
  }

  /** Whether every partition is committed at least up to its offset in the list. */
  boolean isCommittedUpTo(List<Integer> offsets) {
    for (PartitionLog log : logs) {
      int p = log.partition.partition();
      OffsetAndMetadata offset = committed[p];
      if ((offset == null ? 0 : effective(log, offset)) < offsets.get(p)) {
        return false;
      }
    }
    return true;
  }

  /** Where a worker with this committed offset reads on. */
  private long effective(PartitionLog log, OffsetAndMetadata offset) {
    String metadata = offset.metadata();
    // The id of another topic shows that the offset belongs to a log that is gone.
    return metadata.startsWith(TOPIC_ID) && !metadata.equals(TOPIC_ID + topicId)
        ? 0
        : log.effective(offset);
  }

  String unfinished() {
    StringBuilder text = new StringBuilder();
    for (PartitionLog log : logs) {
      OffsetAndMetadata offset = committed[log.partition.partition()];
      text.append(
          "%s: log %d..%d, committed %s, first undone %s; "
              .formatted(
                  log.partition,
                  log.start(),
                  log.end(),
                  offset == null ? "nothing" : effective(log, offset),
                  log.firstUndone() < log.end() ? log.at(log.firstUndone()) : "none"));
    }
    return text.toString();
  }

  // Faults.

  private void planFaults() {
    if (world.has(Fault.REBALANCES)) {
      repeat(1, 8, this::rebalance);
    }
    if (world.has(Fault.LOSSES)) {
      repeat(1, 4, this::fenceOne);
    }
    if (world.has(Fault.RETENTION)) {
      repeat(1, 4, this::deleteOldRecords);
    }
    if (world.has(Fault.CORRUPT_BATCH)) {
      repeat(1, 3, this::corruptBatch);
    }
    if (world.has(Fault.TRUNCATION)) {
      repeat(1, 2, this::truncateOne);
    }
    if (world.has(Fault.RECREATION)) {
      repeat(1, 1, this::delete);
    }
    if (world.has(Fault.POLL_FAILURES)) {
      repeat(0, 3, this::loseLeader);
    }
  }

  private void repeat(int least, int most, Runnable fault) {
    for (int i = dice.between(least, most); i > 0; i--) {
      time.at(dice.before(plan.faultNanos), fault);
    }
  }

  private void fenceOne() {
    if (!members.isEmpty()) {
      SimulatedConsumer member = members.get(dice.between(0, members.size() - 1));
      world.trace("broker: fences %s", member);
      leave(member);
    }
  }

  private void deleteOldRecords() {
    PartitionLog log = logs.get(dice.between(0, logs.size() - 1));
    int to = dice.between(log.start(), log.end());
    world.trace("broker: retention moves the start of %s to %d", log.partition, to);
    log.deleteBefore(to);
  }

  private void corruptBatch() {
    PartitionLog log = logs.get(dice.between(0, logs.size() - 1));
    if (!faulty || log.hasCorruptBatch()) {
      return;
    }
    // Mostly where records are still to be read.
    int first = dice.chance(0.8) ? log.firstUndone() : log.start();
    if (first >= log.end()) {
      time.after(SECOND, this::corruptBatch);
      return;
    }
    int from = dice.between(first, log.end() - 1);
    int to = Math.min(log.end(), from + dice.between(1, 10));
    boolean silently = dice.chance(0.3);
    world.trace("broker: %s is corrupt from %d to %d", log.partition, from, to);
    log.corrupt(from, to, silently);
    boolean skipped = dice.chance(0.3);
    time.after(dice.millis(5_000, 180_000), () -> endCorruption(log, from, to, skipped));
  }

  private void endCorruption(PartitionLog log, int from, int to, boolean skipped) {
    if (!log.isCorrupt(from)) {
      return; // another log by now, or the faults have ended
    }
    world.trace(
        "broker: an operator %s %s at %d", skipped ? "skips" : "repairs", log.partition, from);
    if (skipped) {
      log.deleteBefore(Math.min(to, log.end()));
    }
    log.repair();
  }

  private void truncateOne() {
    PartitionLog log = logs.get(dice.between(0, logs.size() - 1));
    int to = Math.max(log.start(), log.end() - dice.between(0, 20));
    world.trace("broker: truncates %s to %d, before %d", log.partition, to, log.end());
    log.truncateTo(to);
    checkCommitted();
  }

  private void delete() {
    if (!faulty) {
      return;
    }
    world.trace("broker: the topic is deleted");
    exists = false;
    logs.forEach(log -> log.hasLeader = false);
    for (int p = 0; p < committed.length; p++) {
      committed[p] = null;
    }
    // A worker that does not poll meanwhile, or whose metadata is old, does not notice.
    boolean noticed = dice.chance(0.5);
    if (noticed) {
      rebalance();
    }
    time.after(noticed ? dice.millis(100, 15_000) : dice.millis(0, 2_000), () -> create(noticed));
  }

  private void create(boolean noticed) {
    oldTopicId = topicId;
    topicId = new Uuid(dice.random().nextLong(), dice.random().nextLong());
    createdAt = time.nanos();
    world.saw(Sighting.TOPIC_CREATED_AGAIN);
    exists = true;
    world.trace("broker: the topic is created again with id %s", topicId);
    logs.forEach(PartitionLog::recreate);
    // Who joined meanwhile has no partition.
    if (noticed || targets[0] == null) {
      rebalance();
    }
  }

  /** Answers, after a while, with the id of the topic. */
  CompletableFuture<Uuid> lookUpTopicId() {
    CompletableFuture<Uuid> answer = new CompletableFuture<>();
    boolean fails = mayTimeOut() && dice.chance(0.2);
    time.after(
        dice.millis(0, 50),
        () -> {
          if (fails) {
            answer.completeExceptionally(new TimeoutException("The model does not answer"));
          } else if (!exists) {
            answer.completeExceptionally(new UnknownTopicOrPartitionException("The model's topic"));
          } else {
            // For a moment a broker may not know the new topic.
            boolean old = time.nanos() - createdAt < STALE_METADATA && dice.chance(0.3);
            answer.complete(
                world.planted == PlantedFault.KEEPS_TOPIC_ID || old ? oldTopicId : topicId);
          }
        });
    return answer;
  }

  private void loseLeader() {
    PartitionLog log = logs.get(dice.between(0, logs.size() - 1));
    log.hasLeader = false;
    time.after(dice.between(1, 20) * SECOND, () -> log.hasLeader = exists);
  }
}
