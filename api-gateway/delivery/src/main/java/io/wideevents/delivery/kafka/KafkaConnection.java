package io.wideevents.delivery.kafka;

import io.github.resilience4j.core.IntervalFunction;
import io.wideevents.log.Causes;
import io.wideevents.log.LogThrottle;
import io.wideevents.time.Timing;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Provides a working producer. A background thread builds the producer, retries until it succeeds,
 * and builds a new one when a fatal error makes the current one unusable.
 *
 * <p>Safe for concurrent use; {@link #producer()} never blocks.
 */
final class KafkaConnection implements AutoCloseable {
  // Log lines use the name of the public client, which operators know.
  private static final Logger log = LoggerFactory.getLogger(KafkaClient.class);

  // Before jitter, which gives half to one and a half of the value.
  private static final IntervalFunction BACKOFF =
      IntervalFunction.ofExponentialBackoff(Duration.ofMillis(200), 2, Duration.ofMillis(3_300));
  private static final Duration WARN_INTERVAL = Duration.ofSeconds(10);
  private static final Duration THREAD_END = Duration.ofMillis(200);
  // After a producer has lived this long, its successor is built without backoff.
  private static final Duration STABLE = Duration.ofSeconds(30);

  // Each check costs one metadata request, and what it finds (a deleted topic) is rare.
  private static final Duration RECHECK_INTERVAL = Duration.ofSeconds(15);

  // Longer than the producer's delivery timeout of 5 s plus the linger time, which is at most 1 s.
  private static final Duration LONGEST_ANSWER = Duration.ofSeconds(30);

  private final ProducerSource source;
  private final String brokers;
  private final Duration recheckInterval;
  private final Timing timing;
  private final ScheduledExecutorService executor;
  private final LogThrottle failures;
  private final Object change = new Object();
  private final AtomicBoolean expecting = new AtomicBoolean();
  private final Queue<Producer<byte[], byte[]>> broken = new ConcurrentLinkedQueue<>();
  private volatile @Nullable Producer<byte[], byte[]> producer;
  private volatile String unavailability = "not connected yet";
  private volatile Instant since;
  private volatile boolean closed;

  // Used by the executor's thread only.
  private int failedInRow;
  private long connectNanos;

  /**
   * @param brokers the bootstrap servers, for the log
   */
  KafkaConnection(ProducerSource source, String brokers, Timing timing) {
    this(source, brokers, timing, RECHECK_INTERVAL);
  }

  KafkaConnection(ProducerSource source, String brokers, Timing timing, Duration recheckInterval) {
    this.recheckInterval = recheckInterval;
    this.source = source;
    this.brokers = brokers;
    this.timing = timing;
    this.since = timing.wallClock().instant();
    this.failures = new LogThrottle(WARN_INTERVAL, timing.nanoClock());
    this.executor = timing.executor("kafka-connect", 1);
  }

  void start() {
    later(this::connect, Duration.ZERO);
  }

  /** The current producer; empty while there is none. */
  Optional<Producer<byte[], byte[]>> producer() {
    return Optional.ofNullable(producer);
  }

  String unavailability() {
    return unavailability;
  }

  Instant since() {
    return since;
  }

  /**
   * Requests a new producer instead of this one, which is then closed. Ignored if this producer was
   * replaced already.
   */
  void replace(Producer<byte[], byte[]> unusable, Throwable cause) {
    synchronized (change) {
      if (unusable.equals(producer)) {
        unavailability = reason(cause);
        since = timing.wallClock().instant();
        producer = null;
        broken.add(unusable);
        executor.execute(this::connectAgain);
      }
    }
  }

  /**
   * Replaces a producer that answers no record. Kafka's client answers every record within its
   * delivery timeout, unless an {@code Error} has ended its sender thread. No exception reports
   * that.
   *
   * @param answered whether the overdue records have been answered by now
   */
  void expectAnswer(Producer<byte[], byte[]> inUse, BooleanSupplier answered) {
    if (expecting.compareAndSet(false, true)) {
      later(
          () -> {
            expecting.set(false);
            if (!answered.getAsBoolean()) {
              replace(inUse, new TimeoutException("The producer did not answer in time"));
            }
          },
          LONGEST_ANSWER);
    }
  }

  /**
   * Stops connecting.
   *
   * @return the last producer in use, which the caller must close
   */
  Optional<Producer<byte[], byte[]>> disconnect() {
    Producer<byte[], byte[]> last;
    synchronized (change) {
      closed = true;
      unavailability = "closed";
      last = producer;
      if (last != null) {
        since = timing.wallClock().instant();
      }
      producer = null;
    }
    executor.shutdownNow();
    try {
      // The thread may be in name resolution, which does not react to an interrupt. The thread is a
      // daemon.
      if (!executor.awaitTermination(THREAD_END.toMillis(), TimeUnit.MILLISECONDS)) {
        LogThrottle.safely(() -> log.debug("The thread that connects to Kafka has not ended yet"));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    discardBroken();
    return Optional.ofNullable(last);
  }

  @Override
  public void close() {
    disconnect().ifPresent(last -> last.close(Duration.ZERO));
  }

  private void connect() {
    connectNanos = timing.nanoClock().getAsLong();
    try {
      use(source.connect());
    } catch (InterruptedException | InterruptException e) {
      // Only disconnect() interrupts this thread, and the thread ends here.
      Thread.currentThread().interrupt();
    } catch (Throwable e) {
      // An Error, for example of a missing class, must not end the attempts.
      failed(e);
      connectAgain();
    }
  }

  private void use(Producer<byte[], byte[]> connected) {
    synchronized (change) {
      if (!closed) {
        LogThrottle.safely(() -> log.info("Connected to Kafka broker at {}", brokers));
        failures.reset();
        producer = connected;
        later(() -> recheck(connected), recheckInterval);
        return;
      }
    }
    discard(connected);
  }

  /**
   * Connects again after a backoff. The backoff grows unless the last producer was in use for long.
   */
  private void connectAgain() {
    discardBroken();
    boolean stable = timing.nanoClock().getAsLong() - connectNanos > STABLE.toNanos();
    failedInRow = stable ? 1 : failedInRow + 1;
    later(this::connect, timing.jittered(Duration.ofMillis(BACKOFF.apply(failedInRow))));
  }

  private void later(Runnable task, Duration delay) {
    synchronized (change) {
      if (!closed) {
        var unused = executor.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
      }
    }
  }

  private void discardBroken() {
    for (var next = broken.poll(); next != null; next = broken.poll()) {
      discard(next);
    }
  }

  private static void discard(Producer<byte[], byte[]> unused) {
    try {
      unused.close(Duration.ZERO);
    } catch (RuntimeException | Error e) {
      // A plug-in of the producer failed, or a class is missing. The next producer must be built
      // anyway.
      LogThrottle.safely(() -> log.atDebug().setCause(e).log("A producer did not close cleanly"));
    }
  }

  /** Checks the topic regularly while this producer is in use. */
  private void recheck(Producer<byte[], byte[]> inUse) {
    if (!inUse.equals(producer)) {
      return;
    }
    try {
      source.recheck();
    } catch (InterruptedException | InterruptException e) {
      Thread.currentThread().interrupt();
      return;
    } catch (Throwable e) {
      // The outcomes of events show whether Kafka is available.
      LogThrottle.safely(() -> log.debug("Could not look at the topic", e));
    }
    later(() -> recheck(inUse), recheckInterval);
  }

  private void failed(Throwable cause) {
    synchronized (change) {
      if (closed) {
        return;
      }
      unavailability = reason(cause);
    }
    failures.show(
        notShown ->
            log.atWarn()
                .addKeyValue("brokers", brokers)
                .addKeyValue("notShown", notShown)
                .log("Failed to connect to Kafka: {}", unavailability));
    LogThrottle.safely(() -> log.debug("Attempt to connect failed", cause));
  }

  /** The innermost message. The outer messages only say that a client could not be constructed. */
  private static String reason(Throwable failure) {
    Throwable root = Causes.deepest(failure);
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }
}
