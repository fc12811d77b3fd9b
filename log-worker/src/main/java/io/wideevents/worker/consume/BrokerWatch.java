package io.wideevents.worker.consume;

import io.wideevents.worker.kafka.ConsumerSource;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/**
 * Detects that the consumer has lost every connection to a broker, or has one again. The consumer
 * does not report this: its polls return no records. Its connection metric does.
 */
final class BrokerWatch {
  private static final long INTERVAL_NANOS = Duration.ofSeconds(1).toNanos();

  // Right after the loss of a connection, while the client reconnects, the metric is also zero.
  private static final int CHECKS_WITHOUT_CONNECTION = 2;

  private final Consumer<byte[], byte[]> consumer;
  private final ConsumerSource source;
  private final LongSupplier nanoClock;
  private Optional<? extends Metric> connections = Optional.empty();
  private long nextNanos;
  private boolean stallCheckDue;
  private int withoutConnection;

  BrokerWatch(Consumer<byte[], byte[]> consumer, ConsumerSource source, LongSupplier nanoClock) {
    this.consumer = consumer;
    this.source = source;
    this.nanoClock = nanoClock;
    this.nextNanos = nanoClock.getAsLong() + INTERVAL_NANOS;
  }

  /** Checks the connections once a second. */
  void tick() {
    stallCheckDue = nextNanos - nanoClock.getAsLong() <= 0;
    if (!stallCheckDue) {
      return;
    }
    nextNanos = nanoClock.getAsLong() + INTERVAL_NANOS;
    if (connections.isEmpty()) {
      connections = find();
    }
    connections.ifPresent(this::evaluate);
  }

  /** Whether the last {@link #tick} checked the connections. Stalls are checked as often. */
  boolean isStallCheckDue() {
    return stallCheckDue;
  }

  /** Whether the last check found a connection or could not read the metric. */
  boolean isConnected() {
    return withoutConnection < CHECKS_WITHOUT_CONNECTION;
  }

  private void evaluate(Metric metric) {
    if (metric.metricValue() instanceof Double open && open > 0) {
      withoutConnection = 0;
      source.connected();
    } else if (++withoutConnection == CHECKS_WITHOUT_CONNECTION) {
      source.failed(new IOException("no connection to any broker; reconnecting"));
    }
  }

  private Optional<? extends Metric> find() {
    for (Map.Entry<MetricName, ? extends Metric> entry : consumer.metrics().entrySet()) {
      MetricName name = entry.getKey();
      if (name.name().equals("connection-count") && name.group().equals("consumer-metrics")) {
        return Optional.of(entry.getValue());
      }
    }
    return Optional.empty();
  }
}
