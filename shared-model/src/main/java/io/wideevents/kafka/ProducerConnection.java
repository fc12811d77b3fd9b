package io.wideevents.kafka;

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
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The lifecycle of a producer. A background thread builds the producer, retries until it succeeds,
 * and builds a new one when a fatal error makes the current one unusable.
 *
 * <p>Safe for concurrent use; {@link #producer} does not block. Owns the producer and the thread.
 */
public final class ProducerConnection implements AutoCloseable {
  // Before jitter, which gives half to one and a half of the value.
  private static final long FIRST_BACKOFF_MILLIS = 200;
  private static final long LONGEST_BACKOFF_MILLIS = 3_300;
  private static final int MOST_DOUBLINGS = 5;

  private static final Duration WARN_INTERVAL = Duration.ofSeconds(10);
  private static final Duration THREAD_END = Duration.ofMillis(200);
  // After a producer has lived this long, its successor is built without backoff.
  private static final Duration STABLE = Duration.ofSeconds(30);

  // Longer than the delivery timeout of every producer of the project.
  public static final Duration LONGEST_ANSWER = Duration.ofSeconds(30);

  private final ProducerSource source;
  private final Settings settings;
  private final Logger log;
  private final Timing timing;
  private final ScheduledExecutorService executor;
  private final LogThrottle failures;
  private final Object change = new Object();
  private final AtomicBoolean started = new AtomicBoolean();
  private final AtomicBoolean expecting = new AtomicBoolean();
  private final Queue<Producer<byte[], byte[]>> broken = new ConcurrentLinkedQueue<>();
  private volatile @Nullable Producer<byte[], byte[]> producer;
  private volatile String unavailability = "not connected yet";
  private volatile Instant since;
  private volatile boolean closed;

  // Used by the executor's thread only.
  private int failedInRow;
  private long connectNanos;
  private long checkedNanos;
  private @Nullable KafkaException checkFailure;

  /**
   * How a process uses its producer.
   *
   * @param thread name of the thread that builds the producer
   * @param brokers the bootstrap servers, for the log
   * @param recheckInterval how often the thread checks the topic while the producer is in use;
   *     empty if only {@link #recheckIfOlder} checks it
   */
  public record Settings(String thread, String brokers, Optional<Duration> recheckInterval) {}

  /**
   * @param log gets the log lines, under the name of the client that operators know
   */
  public ProducerConnection(ProducerSource source, Settings settings, Logger log, Timing timing) {
    this.source = source;
    this.settings = settings;
    this.log = log;
    this.timing = timing;
    this.since = timing.wallClock().instant();
    this.failures = new LogThrottle(WARN_INTERVAL, timing.nanoClock());
    this.executor = timing.executor(settings.thread(), 1);
  }

  /** Connects in the background and retries until closed. Only the first call has an effect. */
  public void start() {
    if (started.compareAndSet(false, true)) {
      later(this::connect, Duration.ZERO);
    }
  }

  /**
   * Runs a task on the thread of this connection, after the attempt to connect that {@link #start}
   * has requested. For tasks that may block.
   *
   * @throws java.util.concurrent.RejectedExecutionException if this connection is closed
   */
  public void execute(Runnable task) {
    executor.execute(task);
  }

  /** The current producer; empty while there is none. */
  public Optional<Producer<byte[], byte[]>> producer() {
    return Optional.ofNullable(producer);
  }

  /** Why there is no producer, in a few words without secrets. */
  public String unavailability() {
    return unavailability;
  }

  /** Since when there is no producer. */
  public Instant since() {
    return since;
  }

  /**
   * Requests a new producer instead of this one, which is then closed. Ignored if this producer was
   * replaced already.
   */
  public void replace(Producer<byte[], byte[]> unusable, Throwable cause) {
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
  public void expectAnswer(Producer<byte[], byte[]> inUse, BooleanSupplier answered) {
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
   * Checks the topic again if the last check is older than this. Called by a task of {@link
   * #execute} before it sends, because the producer's metadata request creates an absent topic with
   * the broker's defaults. Blocks for seconds.
   *
   * @throws KafkaException if Kafka does not answer, or the topic is absent and may not be created;
   *     also if the last check failed and is not older, because each check may take seconds
   */
  public void recheckIfOlder(Duration age) {
    if (timing.nanoClock().getAsLong() - checkedNanos >= age.toNanos()) {
      checkFailure = null;
      try {
        source.recheck();
      } catch (KafkaException e) {
        checkFailure = e;
      } catch (Exception e) {
        checkFailure = new KafkaException(e);
      }
      checkedNanos = timing.nanoClock().getAsLong();
    }
    if (checkFailure != null) {
      throw checkFailure;
    }
  }

  /**
   * Stops connecting, and ends the thread.
   *
   * @return the last producer in use, which the caller must close
   */
  public Optional<Producer<byte[], byte[]>> disconnect() {
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
      Producer<byte[], byte[]> connected = source.connect();
      checkedNanos = timing.nanoClock().getAsLong();
      checkFailure = null;
      use(connected);
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
        LogThrottle.safely(() -> log.info("Connected to Kafka broker at {}", settings.brokers()));
        failures.reset();
        producer = connected;
        settings
            .recheckInterval()
            .ifPresent(interval -> later(() -> recheck(connected, interval), interval));
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
    long backoff = FIRST_BACKOFF_MILLIS << Math.min(failedInRow - 1, MOST_DOUBLINGS);
    Duration pause = Duration.ofMillis(Math.min(backoff, LONGEST_BACKOFF_MILLIS));
    later(this::connect, timing.jittered(pause));
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

  private void discard(Producer<byte[], byte[]> unused) {
    try {
      unused.close(Duration.ZERO);
    } catch (RuntimeException | Error e) {
      // A plug-in of the producer failed, or a class is missing. The next producer must be built
      // anyway.
      LogThrottle.safely(() -> log.atDebug().setCause(e).log("A producer did not close cleanly"));
    }
  }

  /** Checks the topic regularly while this producer is in use. */
  private void recheck(Producer<byte[], byte[]> inUse, Duration interval) {
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
    later(() -> recheck(inUse, interval), interval);
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
                .addKeyValue("brokers", settings.brokers())
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
