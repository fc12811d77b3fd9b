package io.wideevents.worker.offset;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.kafka.CommitMetadata;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories of polls with gaps, completions in any order, revocations, reassignments, new
 * leaders and re-created topics, held step by step against a model too naive to be wrong.
 */
class AssignmentModelTest {
  private static final int RUNS_PER_SEED = 3_000;
  private static final int STEPS = 60;
  private static final int PARTITIONS = 3;
  private static final int EPOCH_AT_START = 7;

  @ParameterizedTest
  @ValueSource(longs = {1, 20_261_122, 3, 0xBADCAFE})
  void commitReady_agreesWithTheModel(long seed) {
    Random random = new Random(seed);
    for (int run = 0; run < RUNS_PER_SEED; run++) {
      History history = new History(random);
      for (int step = 0; step < STEPS; step++) {
        history.step();
        history.compare("seed " + seed + ", run " + run + ", step " + step);
      }
    }
  }

  @Test
  void commitReady_ofTwoDozenPartitionsWithAStuckHeadCostsNothingPerCompletedRecord() {
    // Given a record in each of 24 partitions that never completes
    Assignment assignment = new Assignment();
    List<TopicPartition> partitions = new ArrayList<>();
    for (int p = 0; p < 24; p++) {
      partitions.add(new TopicPartition("log-events", p));
    }
    assignment.assign(partitions);
    Map<TopicPartition, TrackedOffset> stuck = new HashMap<>();
    partitions.forEach(p -> stuck.put(p, track(assignment, p, 0)));
    List<WeakReference<TrackedOffset>> completed = new ArrayList<>();

    // When 250 000 records complete behind each
    for (int offset = 1; offset <= 250_000; offset++) {
      for (TopicPartition partition : partitions) {
        TrackedOffset record = track(assignment, partition, offset);
        record.complete();
        if (offset % 10_000 == 0) {
          completed.add(new WeakReference<>(record));
        }
      }
    }

    // Then none of them is in memory, and they are committed with the head
    System.gc();
    assertThat(completed.stream().filter(record -> record.get() != null).count()).isLessThan(2);
    assertThat(assignment.commitReady()).isEmpty();
    stuck.values().forEach(TrackedOffset::complete);
    assertThat(assignment.commitReady().values())
        .hasSize(24)
        .allMatch(offset -> offset.offset() == 250_001);
  }

  private static TrackedOffset track(Assignment assignment, TopicPartition partition, long offset) {
    return Objects.requireNonNull(assignment.progress(partition))
        .track(offset, Optional.of(1), offset);
  }

  /** What becomes of an epoch's incomplete records. */
  private enum Fate {
    OWNED,
    RELEASED,
    LAST_COPIES,
    DISCARDED
  }

  /** What the tracker should say, by looking at every record each time. */
  private static final class Model {
    final TreeMap<Long, RecordState> records = new TreeMap<>();
    final Uuid topicId;
    long position;
    Optional<Integer> positionEpoch;
    long committed;
    Uuid committedTopicId;
    Fate fate = Fate.OWNED;

    Model(OffsetAndMetadata start, Uuid topicId) {
      this.topicId = topicId;
      position = start.offset();
      positionEpoch = start.leaderEpoch();
      committed = start.offset();
      committedTopicId = CommitMetadata.topicId(start.metadata());
    }

    OffsetAndMetadata committable() {
      for (Map.Entry<Long, RecordState> record : records.entrySet()) {
        if (!record.getValue().complete) {
          return new OffsetAndMetadata(
              record.getKey(), record.getValue().epochBelow, CommitMetadata.of(topicId));
        }
      }
      return new OffsetAndMetadata(position, positionEpoch, CommitMetadata.of(topicId));
    }

    long oldestTimestamp() {
      for (Map.Entry<Long, RecordState> record : records.entrySet()) {
        if (!record.getValue().complete) {
          return record.getKey();
        }
      }
      return records.isEmpty() ? -1 : records.lastKey();
    }

    long incomplete() {
      return records.values().stream().filter(record -> !record.complete).count();
    }
  }

  private static final class RecordState {
    final Optional<Integer> epochBelow;
    boolean complete;

    RecordState(Optional<Integer> epochBelow) {
      this.epochBelow = epochBelow;
    }
  }

  private record Polled(TopicPartition partition, Model epoch, TrackedOffset tracked) {}

  private static final class History {
    private final Random random;
    private final Assignment assignment = new Assignment();
    private final Map<TopicPartition, Model> owned = new HashMap<>();
    private final Map<TopicPartition, OffsetAndMetadata> groupOffsets = new HashMap<>();
    private final List<Polled> open = new ArrayList<>();
    private final List<Model> releasedEpochs = new ArrayList<>();
    private int leaderEpoch = EPOCH_AT_START;
    private Uuid topicId = Uuid.randomUuid();

    History(Random random) {
      this.random = random;
      for (int p = 0; p < PARTITIONS; p++) {
        groupOffsets.put(
            new TopicPartition("log-events", p),
            new OffsetAndMetadata(random.nextInt(5), Optional.of(EPOCH_AT_START), ""));
      }
    }

    void step() {
      TopicPartition partition = new TopicPartition("log-events", random.nextInt(PARTITIONS));
      switch (random.nextInt(24)) {
        case 0, 1 -> toggle(partition);
        case 2 -> recreate();
        case 3 -> leaderEpoch++;
        case 4 -> resolveReleased();
        case 5, 6, 7, 8, 9 -> poll(partition);
        case 10, 11 -> commit();
        default -> completeOne();
      }
    }

    private void toggle(TopicPartition partition) {
      Model old = owned.remove(partition);
      if (old != null) {
        // Completions that are still open stay open: they will come late, and must move nothing.
        old.fate = random.nextBoolean() ? Fate.RELEASED : Fate.DISCARDED;
        if (old.fate == Fate.RELEASED) {
          releasedEpochs.add(old);
          assignment.release(List.of(partition));
        } else {
          assignment.discard(List.of(partition));
        }
      } else {
        assignment.assign(List.of(partition));
        OffsetAndMetadata start = Objects.requireNonNull(groupOffsets.get(partition));
        boolean other = CommitMetadata.differ(CommitMetadata.topicId(start.metadata()), topicId);
        progress(partition).started(start);
        owned.put(partition, new Model(start, topicId));
        if (other) {
          restart(partition);
        } else {
          progress(partition).gate().topicId(topicId);
        }
      }
    }

    /** Whether released records can be read again becomes known. */
    private void resolveReleased() {
      boolean logIsGone = random.nextBoolean();
      releasedEpochs.forEach(epoch -> epoch.fate = logIsGone ? Fate.LAST_COPIES : Fate.DISCARDED);
      releasedEpochs.clear();
      if (logIsGone) {
        assignment.keepReleased();
      } else {
        assignment.discardReleased();
      }
    }

    /** Another topic under the name: all partitions begin at 0, and their records stay valid. */
    private void recreate() {
      topicId = Uuid.randomUuid();
      List.copyOf(owned.keySet()).forEach(this::restart);
    }

    private void restart(TopicPartition partition) {
      Objects.requireNonNull(owned.get(partition)).fate = Fate.LAST_COPIES;
      assignment.restart(partition);
      progress(partition).gate().topicId(topicId);
      OffsetAndMetadata start = new OffsetAndMetadata(0, Optional.of(EPOCH_AT_START), "");
      progress(partition).jumpTo(start);
      Model model = new Model(start, topicId);
      model.committed = -1;
      owned.put(partition, model);
    }

    private void poll(TopicPartition partition) {
      Model model = owned.get(partition);
      if (model == null) {
        return;
      }
      long next = model.position;
      for (int i = random.nextInt(4); i > 0; i--) {
        int gap = random.nextInt(3);
        next += gap;
        Optional<Integer> epoch = Optional.of(leaderEpoch);
        TrackedOffset tracked = progress(partition).track(next, epoch, next);
        model.records.put(next, new RecordState(gap == 0 ? model.positionEpoch : epoch));
        model.positionEpoch = epoch;
        open.add(new Polled(partition, model, tracked));
        next++;
      }
      next += random.nextInt(2); // now and then a control record after the last
      model.position = next;
      model.positionEpoch = Optional.of(leaderEpoch);
      progress(partition).advanceTo(new OffsetAndMetadata(next, model.positionEpoch, ""));
    }

    private void completeOne() {
      if (!open.isEmpty()) {
        Polled polled = open.remove(random.nextInt(open.size()));
        polled.tracked().complete();
        Objects.requireNonNull(polled.epoch().records.get(polled.tracked().offset())).complete =
            true;
      }
    }

    private void commit() {
      assignment
          .commitReady()
          .forEach(
              (partition, offset) -> {
                progress(partition).committed(offset);
                Model model = Objects.requireNonNull(owned.get(partition));
                model.committed = offset.offset();
                model.committedTopicId = model.topicId;
                groupOffsets.put(partition, offset);
              });
    }

    void compare(String when) {
      Map<TopicPartition, OffsetAndMetadata> expected = new HashMap<>();
      owned.forEach(
          (partition, model) -> {
            OffsetAndMetadata ready = model.committable();
            if (ready.offset() > model.committed || !model.topicId.equals(model.committedTopicId)) {
              expected.put(partition, ready);
            }
          });
      assertThat(assignment.commitReady()).as(when).isEqualTo(expected);
      for (Polled polled : open) {
        assertThat(polled.tracked().isDiscarded())
            .as(when)
            .isEqualTo(polled.epoch().fate == Fate.DISCARDED);
      }
      owned.forEach(
          (partition, model) -> {
            assertThat(progress(partition).incomplete()).as(when).isEqualTo(model.incomplete());
            assertThat(progress(partition).oldestTimestampMillis())
                .as(when)
                .isEqualTo(model.oldestTimestamp());
          });
      long lastCopies = open.stream().filter(p -> p.epoch().fate == Fate.LAST_COPIES).count();
      assertThat(assignment.lastCopies()).as(when).isEqualTo((int) lastCopies);
    }

    private PartitionProgress progress(TopicPartition partition) {
      return Objects.requireNonNull(assignment.progress(partition));
    }
  }
}
