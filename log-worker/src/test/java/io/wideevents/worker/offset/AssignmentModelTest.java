package io.wideevents.worker.offset;

import static org.assertj.core.api.Assertions.assertThat;

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random histories of polls with gaps, completions in any order, revocations and reassignments,
 * held step by step against a model too naive to be wrong.
 */
class AssignmentModelTest {
  private static final int RUNS_PER_SEED = 3_000;
  private static final int STEPS = 60;
  private static final int PARTITIONS = 3;

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

  /** What the tracker should say, by looking at every record each time. */
  private static final class Model {
    final TreeMap<Long, Boolean> completeByOffset = new TreeMap<>();
    long position;
    long committed;

    Model(long start) {
      position = start;
      committed = start;
    }

    long committable() {
      for (Map.Entry<Long, Boolean> record : completeByOffset.entrySet()) {
        if (!record.getValue()) {
          return record.getKey();
        }
      }
      return position;
    }
  }

  private record Polled(TopicPartition partition, Model epoch, TrackedOffset tracked) {}

  private static final class History {
    private final Random random;
    private final Assignment assignment = new Assignment();
    private final Map<TopicPartition, Model> owned = new HashMap<>();
    private final Map<TopicPartition, Long> groupOffsets = new HashMap<>();
    private final List<Polled> open = new ArrayList<>();

    History(Random random) {
      this.random = random;
      for (int p = 0; p < PARTITIONS; p++) {
        groupOffsets.put(new TopicPartition("log-events", p), (long) random.nextInt(5));
      }
    }

    void step() {
      TopicPartition partition = new TopicPartition("log-events", random.nextInt(PARTITIONS));
      switch (random.nextInt(10)) {
        case 0 -> toggle(partition);
        case 1, 2, 3 -> poll(partition);
        case 4 -> commit();
        default -> completeOne();
      }
    }

    private void toggle(TopicPartition partition) {
      if (owned.remove(partition) != null) {
        // Completions that are still open stay open: they will come late, and must be void.
        assignment.forget(List.of(partition));
      } else {
        assignment.assign(List.of(partition));
        long start = Objects.requireNonNull(groupOffsets.get(partition));
        owned.put(partition, new Model(start));
        progress(partition).advanceTo(new OffsetAndMetadata(start));
      }
    }

    private void poll(TopicPartition partition) {
      Model model = owned.get(partition);
      if (model == null) {
        return;
      }
      long next = model.position;
      for (int i = random.nextInt(4); i > 0; i--) {
        next += random.nextInt(3); // now and then a gap before the record
        TrackedOffset tracked = progress(partition).track(next, Optional.empty(), 0);
        model.completeByOffset.put(next, false);
        open.add(new Polled(partition, model, tracked));
        next++;
      }
      next += random.nextInt(2); // now and then a control record after the last
      model.position = next;
      progress(partition).advanceTo(new OffsetAndMetadata(next));
    }

    private void completeOne() {
      if (!open.isEmpty()) {
        Polled polled = open.remove(random.nextInt(open.size()));
        polled.tracked().complete();
        polled.epoch().completeByOffset.put(polled.tracked().offset(), true);
      }
    }

    private void commit() {
      Map<TopicPartition, OffsetAndMetadata> ready = assignment.commitReady();
      ready.forEach(
          (partition, offset) ->
              Objects.requireNonNull(assignment.progress(partition)).committed(offset.offset()));
      ready.forEach(
          (partition, offset) -> {
            Objects.requireNonNull(owned.get(partition)).committed = offset.offset();
            groupOffsets.put(partition, offset.offset());
          });
    }

    void compare(String when) {
      Map<TopicPartition, Long> expected = new HashMap<>();
      owned.forEach(
          (partition, model) -> {
            if (model.committable() > model.committed) {
              expected.put(partition, model.committable());
            }
          });
      Map<TopicPartition, Long> ready = new HashMap<>();
      assignment
          .commitReady()
          .forEach((partition, offset) -> ready.put(partition, offset.offset()));
      assertThat(ready).as(when).isEqualTo(expected);
      for (Polled polled : open) {
        boolean epochEnded = owned.get(polled.partition()) != polled.epoch();
        assertThat(polled.tracked().isVoid()).as(when).isEqualTo(epochEnded);
      }
      owned.forEach(
          (partition, model) ->
              assertThat(progress(partition).incomplete())
                  .as(when)
                  .isEqualTo(
                      model.completeByOffset.values().stream().filter(done -> !done).count()));
    }

    private PartitionProgress progress(TopicPartition partition) {
      return Objects.requireNonNull(assignment.progress(partition));
    }
  }
}
