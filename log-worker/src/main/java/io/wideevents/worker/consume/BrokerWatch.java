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
 * Notices that the consumer has lost, or found again, every connection to a broker. A consumer does
 * not say so: its polls just return nothing. Its own metric does.
 *
 * <p>Not thread-safe: belongs to the polling thread.
 */
final class BrokerWatch {
  private static final long INTERVAL_NANOS = Duration.ofSeconds(1).toNanos();

  // A connection is also gone for a moment whenever the client reconnects.
  private static final int CHECKS_WITHOUT_CONNECTION = 2;

  private final Consumer<byte[], byte[]> consumer;
  private final ConsumerSource source;
  private final LongSupplier nanoClock;
  private Optional<? extends Metric> connections = Optional.empty();
  private long nextNanos;
  private int withoutConnection;

  BrokerWatch(Consumer<byte[], byte[]> consumer, ConsumerSource source, LongSupplier nanoClock) {
    this.consumer = consumer;
    this.source = source;
    this.nanoClock = nanoClock;
    this.nextNanos = nanoClock.getAsLong() + INTERVAL_NANOS;
  }

  /**
   * Looks once a second.
   *
   * @return whether it was time to look
   */
  boolean tick() {
    if (nextNanos - nanoClock.getAsLong() > 0) {
      return false;
    }
    nextNanos = nanoClock.getAsLong() + INTERVAL_NANOS;
    if (connections.isEmpty()) {
      connections = find();
    }
    connections.ifPresent(this::judge);
    return true;
  }

  /** Whether the last look found a connection, or could not find out. */
  boolean isConnected() {
    return withoutConnection < CHECKS_WITHOUT_CONNECTION;
  }

  private void judge(Metric metric) {
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
