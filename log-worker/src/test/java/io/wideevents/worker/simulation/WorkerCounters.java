package io.wideevents.worker.simulation;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.wideevents.worker.metrics.WorkerMetrics;
import java.util.ArrayList;
import java.util.List;

/**
 * The counters of one worker. Used again by seed after seed, for making them costs as much as a
 * short run; so only differences count.
 */
final class WorkerCounters {
  final WorkerMetrics metrics;
  private final Counter consumed;
  private final Counter stored;
  private final Counter lost;
  private final List<Counter> ends;

  WorkerCounters() {
    MeterRegistry registry = new SimpleMeterRegistry();
    // Histograms cost more than all else here, and nothing looks at them.
    registry
        .config()
        .meterFilter(MeterFilter.denyNameStartsWith("wide_events.flush"))
        .meterFilter(MeterFilter.denyNameStartsWith("wide_events.event_to_stored"))
        .meterFilter(MeterFilter.denyNameStartsWith("wide_events.batch_size"));
    metrics = new WorkerMetrics(registry);
    consumed = registry.get("wide_events.consumed").counter();
    stored = registry.get("wide_events.stored").counter();
    lost = registry.get("wide_events.lost_to_retention").counter();
    List<Counter> all = new ArrayList<>(registry.get("wide_events.dead_lettered").counters());
    all.add(stored);
    all.add(registry.get("wide_events.duplicate").counter());
    all.add(registry.get("wide_events.handed_back").counter());
    ends = List.copyOf(all);
  }

  long consumed() {
    return (long) consumed.count();
  }

  long stored() {
    return (long) stored.count();
  }

  long lost() {
    return (long) lost.count();
  }

  /** Records that ended in one of the other counters. */
  long ended() {
    long sum = 0;
    for (Counter counter : ends) {
      sum += (long) counter.count();
    }
    return sum;
  }
}
