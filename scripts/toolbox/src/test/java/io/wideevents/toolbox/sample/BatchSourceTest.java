package io.wideevents.toolbox.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BatchSourceTest {
  private static final Instant START = Instant.parse("2026-11-22T09:00:00Z");

  @Test
  void next_cutsTheCountIntoBatchesWithARest() {
    assertThat(drain(source(10, 4)).stream().map(EventBatch::events)).containsExactly(4, 4, 2);
  }

  @Test
  void next_givesTheSameEventsHoweverTheyAreCut() {
    assertThat(bytes(drain(source(100, 7)))).isEqualTo(bytes(drain(source(100, 100))));
  }

  private static BatchSource source(long count, int batchEvents) {
    return new BatchSource(new SampleTraffic(1, START), count, batchEvents);
  }

  private static List<EventBatch> drain(BatchSource source) {
    List<EventBatch> batches = new ArrayList<>();
    for (Optional<EventBatch> next = source.next(); next.isPresent(); next = source.next()) {
      batches.add(next.get());
    }
    return batches;
  }

  private static byte[] bytes(List<EventBatch> batches) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    batches.forEach(batch -> all.writeBytes(batch.ndjson()));
    return all.toByteArray();
  }
}
