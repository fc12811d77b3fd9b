package io.wideevents.gateway.kafka;

import io.github.resilience4j.core.IntervalFunction;
import io.wideevents.logging.Deadline;
import io.wideevents.logging.LogThrottle;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a working producer at hand: builds it on a thread of its own, for as long as it takes, and
 * builds another when the one in use is beyond repair.
 *
 * <p>Safe for concurrent use; asking never blocks.
 */
final class KafkaConnection implements AutoCloseable {
  // The user's log lines carry the client's name.
  private static final Logger log = LoggerFactory.getLogger(KafkaClient.class);

  private static final IntervalFunction BACKOFF =
      IntervalFunction.ofExponentialRandomBackoff(
          Duration.ofMillis(200), 2, 0.5, Duration.ofSeconds(5));
  private static final Duration WARN_INTERVAL = Duration.ofSeconds(10);
  private static final Duration THREAD_END = Duration.ofMillis(200);
  // A producer that lived this long was fine: its successor begins without backoff.
  private static final Duration STABLE = Duration.ofSeconds(30);

  // One request for metadata: what it finds, a topic deleted under us, is rare.
  private static final Duration RECHECK_INTERVAL = Duration.ofSeconds(15);

  private final ProducerSource source;
  private final String brokers;
  private final Duration recheckInterval;
  private final Thread thread;
  private final LogThrottle failures = new LogThrottle(WARN_INTERVAL);
  private final Object change = new Object();
  private volatile @Nullable Producer<byte[], byte[]> producer;
  private volatile String unavailability = "not connected yet";
  private volatile Instant since = Instant.now();
  private volatile boolean closed;

  /**
   * @param brokers their addresses, for the log
   */
  KafkaConnection(ProducerSource source, String brokers) {
    this(source, brokers, RECHECK_INTERVAL);
  }

  KafkaConnection(ProducerSource source, String brokers, Duration recheckInterval) {
    this.recheckInterval = recheckInterval;
    this.source = source;
    this.brokers = brokers;
    this.thread = Thread.ofPlatform().daemon().name("kafka-connect").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** The producer to use; empty while there is none. */
  Optional<Producer<byte[], byte[]>> producer() {
    return Optional.ofNullable(producer);
  }

  /** Why there is no producer. */
  String unavailability() {
    return unavailability;
  }

  /** Since when there is no producer. */
  Instant since() {
    return since;
  }

  /**
   * Asks for another producer in place of this one, which is closed; ignored when it was replaced
   * already.
   */
  void replace(Producer<byte[], byte[]> broken, Throwable cause) {
    synchronized (change) {
      if (broken.equals(producer)) {
        unavailability = reason(cause);
        since = Instant.now();
        producer = null;
        change.notifyAll();
      }
    }
  }

  /**
   * Stops connecting.
   *
   * @return the producer that was in use, for the caller to close
   */
  Optional<Producer<byte[], byte[]>> disconnect() {
    Producer<byte[], byte[]> last;
    synchronized (change) {
      closed = true;
      unavailability = "closed";
      last = producer;
      if (last != null) {
        since = Instant.now();
      }
      producer = null;
      change.notifyAll();
    }
    thread.interrupt();
    try {
      // It may sit in name resolution, which knows no interrupt; it is a daemon then. In
      // milliseconds, for that join also takes a thread that was never started.
      thread.join(THREAD_END.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return Optional.ofNullable(last);
  }

  @Override
  public void close() {
    disconnect().ifPresent(last -> last.close(Duration.ZERO));
  }

  private void run() {
    int failedInRow = 0;
    try {
      while (!closed) {
        long start = System.nanoTime();
        serveOne();
        boolean stable = System.nanoTime() - start > STABLE.toNanos();
        failedInRow = stable ? 1 : failedInRow + 1;
        Thread.sleep(BACKOFF.apply(failedInRow));
      }
    } catch (InterruptedException | InterruptException e) {
      // Only disconnect() interrupts this thread, and it ends here.
      Thread.currentThread().interrupt();
    }
  }

  /** Connects, and returns when that failed or when that producer is to be replaced. */
  private void serveOne() throws InterruptedException {
    Producer<byte[], byte[]> connected;
    try {
      connected = source.connect();
    } catch (InterruptedException | InterruptException e) {
      throw e;
    } catch (Exception e) {
      failed(e);
      return;
    }
    boolean used = false;
    synchronized (change) {
      if (!closed) {
        log.info("Connected to Kafka broker at {}", brokers);
        failures.reset();
        producer = connected;
        used = true;
      }
    }
    while (awaitReplacement(connected)) {
      recheck();
    }
    // One in use when this is closed has been handed to the caller of disconnect().
    if (!used || !closed) {
      discard(connected);
    }
  }

  private static void discard(Producer<byte[], byte[]> broken) {
    try {
      broken.close(Duration.ZERO);
    } catch (KafkaException e) {
      // One of its plug-ins failed, after the rest was closed: no reason not to build another.
      log.atDebug().setCause(e).log("A producer did not close cleanly");
    }
  }

  /** Whether the producer is still in use when it is time to look after the topic. */
  private boolean awaitReplacement(Producer<byte[], byte[]> inUse) throws InterruptedException {
    Deadline deadline = Deadline.after(recheckInterval);
    synchronized (change) {
      while (inUse.equals(producer) && !deadline.remaining().isZero()) {
        // At least a millisecond: zero would be for ever.
        change.wait(Math.max(1, deadline.remaining().toMillis()));
      }
      return inUse.equals(producer);
    }
  }

  private void recheck() throws InterruptedException {
    try {
      source.recheck();
    } catch (InterruptedException | InterruptException e) {
      throw e;
    } catch (Exception e) {
      // Whether Kafka takes events is learned from the events.
      log.debug("Could not look at the topic", e);
    }
  }

  private void failed(Exception cause) {
    unavailability = reason(cause);
    failures
        .tryShow()
        .ifPresent(
            notShown ->
                log.atWarn()
                    .addKeyValue("brokers", brokers)
                    .addKeyValue("notShown", notShown)
                    .log("Failed to connect to Kafka: {}", unavailability));
    log.debug("Attempt to connect failed", cause);
  }

  /** The innermost message: the outer ones only say that a client could not be constructed. */
  private static String reason(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }
}
