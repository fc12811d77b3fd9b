package io.wideevents.worker.http;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.wideevents.worker.consume.ConsumerStatus;
import io.wideevents.worker.consume.ConsumerStatus.PartitionLag;
import io.wideevents.worker.consume.ConsumerStatus.StoppedPartition;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Gauges of the worker's state, read from the status that the polling thread published last.
 *
 * <p>Safe for concurrent use.
 */
public final class StatusGauges {
  private final Supplier<ConsumerStatus> status;
  private final MultiGauge lag;
  private final MultiGauge lagSeconds;
  private final MultiGauge stopped;

  public StatusGauges(MeterRegistry registry, Supplier<ConsumerStatus> status) {
    this.status = status;
    gauge(
        registry, "in_flight", "Records polled and not complete", s -> s.pipeline().heldRecords());
    gauge(
        registry,
        "waiting",
        "Records that wait for a retry or for the dead-letter topic",
        s -> s.pipeline().waitingRecords());
    gauge(
        registry,
        "isolated",
        "Records written alone, because MongoDB failed on them while it took others",
        s -> s.pipeline().isolatedRecords());
    gauge(registry, "paused", "1 while polling is paused", s -> s.paused() ? 1 : 0);
    gauge(
        registry, "joined", "1 while the worker is a member of the group", s -> s.joined() ? 1 : 0);
    gauge(
        registry,
        "database_up",
        "0 while MongoDB does not answer writes",
        s -> s.pipeline().databaseDown() ? 0 : 1);
    gauge(
        registry,
        "brake",
        "1 while the dead-letter circuit breaker is open",
        s -> s.pipeline().circuitOpen() ? 1 : 0);
    lag =
        MultiGauge.builder("wide_events.lag")
            .description("Records in the log that are not completed")
            .register(registry);
    lagSeconds =
        MultiGauge.builder("wide_events.lag.seconds")
            .description("Age of the first record that is not completed")
            .register(registry);
    stopped =
        MultiGauge.builder("wide_events.partition.stopped")
            .description("1 while a partition is owned and cannot be read")
            .register(registry);
  }

  /** Updates the set of assigned partitions. Call this before each scrape. */
  public void refresh() {
    ConsumerStatus now = status.get();
    List<PartitionLag> partitions =
        now.partitions().stream().filter(partition -> partition.records() >= 0).toList();
    lag.register(rows(partitions, PartitionLag::records), true);
    lagSeconds.register(rows(partitions, PartitionLag::seconds), true);
    Set<Integer> cannotBeRead =
        now.stopped().stream().map(StoppedPartition::partition).collect(Collectors.toSet());
    stopped.register(
        rows(now.partitions(), partition -> cannotBeRead.contains(partition.partition()) ? 1 : 0),
        true);
  }

  private static List<Row<?>> rows(
      List<PartitionLag> partitions, ToDoubleFunction<PartitionLag> value) {
    return partitions.stream()
        .<Row<?>>map(
            partition ->
                Row.of(
                    Tags.of("partition", Integer.toString(partition.partition())),
                    value.applyAsDouble(partition)))
        .toList();
  }

  private void gauge(
      MeterRegistry registry,
      String name,
      String description,
      ToDoubleFunction<ConsumerStatus> value) {
    Gauge.builder("wide_events." + name, () -> value.applyAsDouble(status.get()))
        .description(description)
        .register(registry);
  }
}
