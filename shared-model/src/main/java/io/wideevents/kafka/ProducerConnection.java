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
 * <pre>{@code
 * connection.start();
 * connection.producer().ifPresentOrElse(
 *     producer -> producer.send(record, (metadata, failure) -> {
 *       if (isFatal(failure)) connection.replace(producer, failure);
 *     }),
 *     () -> reject(connection.unavailability()));
 * }</pre>
 *
 * <p>Safe for concurrent use; {@link #producer} does not block. Owns the producer and the thread.
 */
public final class ProducerConnection implements AutoCloseable {
  // Before jitter. Jitter multiplies the value by 0.5 to 1.5.
  private static final long FIRST_BACKOFF_MILLIS = 200;
  private static final long LONGEST_BACKOFF_MILLIS = 3_300;
  private static final int MOST_DOUBLINGS = 5;

  private static final Duration WARN_INTERVAL = Duration.ofSeconds(10);
  private static final Duration THREAD_END = Duration.ofMillis(200);
  // After a producer has lived this long, its successor is built without backoff.
  private static final Duration STABLE = Duration.ofSeconds(30);

  /** Longer than the delivery timeout of every producer of the project. */
  public static final Duration LONGEST_ANSWER = Duration.ofSeconds(30);

  private final ProducerSource source;
  private final Settings settings;
  private final Logger log;
  private final Timing timing;
  private final ScheduledExecutorService executor;
  private final LogThrottle failures;
  private final Object change = new Object();
  private final AtomicBoolean started = new AtomicBoolean();
  private final AtomicBoolean checkPending = new AtomicBoolean();
  private final Queue<Producer<byte[], byte[]>> broken = new ConcurrentLinkedQueue<>();
  // Written under the lock of change.
  private volatile State state;
  private volatile boolean closed;
  private volatile boolean attempted;

  // Used by the executor's thread only.
  private int failedInRow;
  private long connectNanos;
  private long checkedNanos;
  private @Nullable Exception checkFailure;

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
   * Why there is no producer.
   *
   * @param reason a few words without secrets
   */
  public record Disconnected(String reason, Instant since) {}

  /** The producer in use, or why there is none. */
  private record State(
      Optional<Producer<byte[], byte[]>> producer, Optional<Disconnected> unavailability) {
    static State connected(Producer<byte[], byte[]> producer) {
      return new State(Optional.of(producer), Optional.empty());
    }

    static State disconnected(String reason, Instant since) {
      return new State(Optional.empty(), Optional.of(new Disconnected(reason, since)));
    }

    boolean uses(Producer<byte[], byte[]> other) {
      return producer.filter(other::equals).isPresent();
    }
  }

  /**
   * @param log gets the log lines, under the name of the client that operators know
   */
  public ProducerConnection(ProducerSource source, Settings settings, Logger log, Timing timing) {
    this.source = source;
    this.settings = settings;
    this.log = log;
    this.timing = timing;
    this.state = State.disconnected("not connected yet", timing.wallClock().instant());
    this.failures = new LogThrottle(WARN_INTERVAL, timing.nanoClock());
    this.executor = timing.executor(settings.thread(), 1);
  }

  /** Connects in the background and retries until closed. Only the first call has an effect. */
  public void start() {
    if (started.compareAndSet(false, true)) {
      schedule(this::connect, Duration.ZERO);
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
    return state.producer();
  }

  /** Whether the first attempt to connect has ended, with or without success. */
  public boolean hasAttempted() {
    return attempted;
  }

  /** Why there is no producer, and since when; empty while there is one. */
  public Optional<Disconnected> unavailability() {
    return state.unavailability();
  }

  /**
   * Requests a new producer, and closes the unusable one. Does nothing if the unusable producer was
   * replaced already.
   */
  public void replace(Producer<byte[], byte[]> unusable, Throwable cause) {
    synchronized (change) {
      if (state.uses(unusable)) {
        broken.add(unusable);
        // Before the state changes: if the task cannot be added, the next failure requests it
        // again.
        executor.execute(this::connectAgain);
        state = State.disconnected(reason(cause), timing.wallClock().instant());
      }
    }
  }

  /**
   * Checks after {@link #LONGEST_ANSWER} whether overdue records were answered, and replaces the
   * producer if not. Ignored while an earlier check is pending. Kafka's client answers every record
   * within its delivery timeout, unless an {@code Error} has ended its sender thread. No exception
   * reports that.
   *
   * @param answered whether the overdue records have been answered by now
   */
  public void replaceUnlessAnswered(Producer<byte[], byte[]> inUse, BooleanSupplier answered) {
    if (checkPending.compareAndSet(false, true)) {
      schedule(
          () -> {
            checkPending.set(false);
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
   * @throws InterruptException if the thread was interrupted; its interrupt flag is set
   */
  public void recheckIfOlder(Duration age) {
    if (sinceCheck().compareTo(age) >= 0) {
      checkFailure = null;
      try {
        source.recheck();
      } catch (InterruptException e) {
        throw e;
      } catch (InterruptedException e) {
        throw new InterruptException(e);
      } catch (Exception e) {
        checkFailure = e;
      }
      checkedNanos = timing.nanoClock().getAsLong();
    }
    Exception failure = checkFailure;
    if (failure != null) {
      throw new KafkaException(
          "The check of the topic failed %d ms ago: %s"
              .formatted(sinceCheck().toMillis(), reason(failure)),
          failure);
    }
  }

  private Duration sinceCheck() {
    return Duration.ofNanos(timing.nanoClock().getAsLong() - checkedNanos);
  }

  /**
   * Stops connecting, and ends the thread.
   *
   * @return the last producer in use, which the caller must close
   */
  public Optional<Producer<byte[], byte[]>> disconnect() {
    Optional<Producer<byte[], byte[]>> last;
    synchronized (change) {
      closed = true;
      last = state.producer();
      state = State.disconnected("closed", unavailableSince());
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
    return last;
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
      try {
        failed(e);
      } finally {
        connectAgain();
      }
    } finally {
      attempted = true;
    }
  }

  private void use(Producer<byte[], byte[]> connected) {
    boolean used;
    synchronized (change) {
      used = !closed;
      if (used) {
        state = State.connected(connected);
      }
    }
    if (!used) {
      discard(connected);
      return;
    }
    // Without the lock, because a log appender may block and the producer's threads need the lock.
    LogThrottle.safely(() -> log.info("Connected to Kafka broker at {}", settings.brokers()));
    failures.reset();
    settings
        .recheckInterval()
        .ifPresent(interval -> schedule(() -> recheck(connected, interval), interval));
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
    schedule(this::connect, timing.jittered(pause));
  }

  private void schedule(Runnable task, Duration delay) {
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
    if (!state.uses(inUse)) {
      return;
    }
    try {
      source.recheck();
    } catch (InterruptedException | InterruptException e) {
      Thread.currentThread().interrupt();
      return;
    } catch (Throwable e) {
      // The outcomes of events show whether Kafka is available.
      LogThrottle.safely(() -> log.debug("Could not check the topic", e));
    }
    schedule(() -> recheck(inUse, interval), interval);
  }

  private void failed(Throwable cause) {
    String reason = reason(cause);
    synchronized (change) {
      if (closed) {
        return;
      }
      state = State.disconnected(reason, unavailableSince());
    }
    failures.show(
        notShown ->
            log.atWarn()
                .addKeyValue("brokers", settings.brokers())
                .addKeyValue("notShown", notShown)
                .log("Failed to connect to Kafka: {}", reason));
    LogThrottle.safely(() -> log.debug("Attempt to connect failed", cause));
  }

  /** Since when there is no producer; now if there is one. */
  private Instant unavailableSince() {
    return state
        .unavailability()
        .map(Disconnected::since)
        .orElseGet(() -> timing.wallClock().instant());
  }

  /** The innermost message. The outer messages only say that a client could not be constructed. */
  private static String reason(Throwable failure) {
    Throwable root = Causes.deepest(failure);
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }
}
