package io.wideevents.worker.consume;

import io.wideevents.log.LogThrottle;
import io.wideevents.time.Backoff;
import io.wideevents.worker.batch.CompletionQueue;
import io.wideevents.worker.offset.Assignment;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves events from the topic into the database, from {@link #start} to {@link #close}. The offset
 * of a record is committed only after the record is stored or acknowledged as a dead letter.
 *
 * <p>Runs one thread, which owns the consumer and does not wait for the database. {@link #start}
 * succeeds while Kafka is down. The thread builds the consumer when Kafka is available, and
 * rebuilds it with backoff after each failure. {@code WorkerApplication} owns and closes this
 * object.
 */
public final class MqConsumerService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MqConsumerService.class);

  /** Longest time for which {@link #close} blocks. */
  public static final Duration CLOSE = Duration.ofSeconds(6);

  // Their sum is shorter than CLOSE, to leave time for the poll iteration in progress.
  private static final Duration DRAIN = Duration.ofMillis(3_500);
  private static final Duration COMMIT = Duration.ofSeconds(1);
  private static final Duration LEAVE = Duration.ofSeconds(1);

  /** The part of {@link #CLOSE} for the polling thread's drain, commit and leave. */
  public static final Duration FINISH = DRAIN.plus(COMMIT).plus(LEAVE);

  // Equal to the longest backoff. A consumer that joins and fails repeatedly must not make its
  // group rebalance all the time.
  private static final Duration WORKED = Duration.ofSeconds(30);

  // Limit of consecutive OutOfMemoryErrors outside of poll. The session handles those of a poll.
  private static final int MAX_OUT_OF_MEMORY = 3;

  private static final Duration STATUS_INTERVAL = Duration.ofMillis(200);

  private final SessionParts parts;
  private final Subscription subscription;
  private final BatchLog batchLog;
  private final Backoff backoff;
  private final CompletionQueue completions;
  private final LongSupplier nanoClock;
  private final LogThrottle failures = LogThrottle.oncePerFailure();

  // Belongs to the polling thread.
  private final Assignment assignment = new Assignment();
  private final Thread thread;
  private volatile boolean stopping;
  private volatile ConsumerStatus status;
  private int outOfMemory;

  public MqConsumerService(
      SessionParts parts, Subscription subscription, BatchLog batchLog, Backoff backoff) {
    this.parts = parts;
    this.subscription = subscription;
    this.batchLog = batchLog;
    this.backoff = backoff;
    this.completions = parts.path().completions();
    this.nanoClock = parts.clocks().nano();
    this.status = ConsumerStatus.withoutConsumer(nanoClock.getAsLong(), 0);
    this.thread = Thread.ofPlatform().name("mq-consumer").unstarted(this::run);
  }

  /** Starts the polling thread. Does not block. */
  public void start() {
    thread.start();
  }

  /** The status that the polling thread published last. May be called from any thread. */
  public ConsumerStatus status() {
    return status;
  }

  /**
   * Stops polling, completes and commits pending records for a few seconds, leaves the group and
   * ends the thread. Blocks for {@link #CLOSE} at most. While the database is down, this method
   * does not wait for writes. Records that are not stored are not committed and will be read again.
   * Idempotent.
   */
  @Override
  public void close() {
    close(CLOSE);
  }

  /** Closes like {@link #close()}, but blocks for {@code most} at most. */
  void close(Duration most) {
    stopping = true;
    completions.execute(() -> LOG.debug("Stopping"));
    try {
      if (thread.isAlive() && !thread.join(most)) {
        LOG.atWarn()
            .addKeyValue("heldRecords", status.pipeline().heldRecords())
            .log("The polling thread did not end in time; its records will be read again");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    int failures = 0;
    while (!stopping) {
      publishStopped();
      boolean worked = connectAndConsume();
      if (!stopping) {
        failures = worked ? 1 : failures + 1;
        publishStopped();
        await(backoff.after(failures));
      }
    }
    // For sessions that failed. A session that finished has reported its own records.
    LastCopies.reportLost(assignment, parts.metrics());
    parts.path().pipeline().logDeadLetters();
  }

  /**
   * Runs one consumer until it fails or the service is stopped.
   *
   * @return whether the consumer worked for at least 30 s
   */
  private boolean connectAndConsume() {
    ConsumerSession session;
    try {
      session = new ConsumerSession(parts.source().newConsumer(), parts, assignment);
    } catch (KafkaException e) {
      LOG.atDebug().setCause(e).log("No consumer yet"); // the client has logged the failure
      return false;
    } catch (RuntimeException | Error e) {
      logFailure(e);
      return false;
    }
    long start = nanoClock.getAsLong();
    try {
      session.onJoined(() -> status = status.afterJoining());
      session.subscribe(subscription.topic());
      LOG.info(
          "Started MQ consumer for topic: {}, group: {}",
          subscription.topic(),
          subscription.group());
      while (!stopping) {
        session.pollOnce();
        failures.reset();
        batchLog.tick();
        publish(session);
      }
      session.finish(DRAIN, COMMIT, LEAVE);
    } catch (RuntimeException | Error e) {
      // Fatal errors of Kafka, and bugs of the worker. A new consumer reads uncommitted records
      // again.
      logFailure(e);
      abandon(session);
      endProcessIfOutOfMemory(e, hasWorkedSince(start));
    }
    return hasWorkedSince(start);
  }

  private boolean hasWorkedSince(long startNanos) {
    return nanoClock.getAsLong() - startNanos >= WORKED.toNanos();
  }

  private void abandon(ConsumerSession session) {
    try {
      session.abandon(LEAVE);
    } catch (RuntimeException | Error e) {
      LOG.atDebug().setCause(e).log("The failed consumer did not close cleanly");
    }
  }

  /**
   * Lets the thread end when the heap stays too small. A process that only rebuilds its consumer
   * would seem to be live; a restarted process may have more success.
   */
  private void endProcessIfOutOfMemory(Throwable failure, boolean worked) {
    outOfMemory = failure instanceof OutOfMemoryError ? (worked ? 1 : outOfMemory + 1) : 0;
    if (failure instanceof OutOfMemoryError heap && outOfMemory >= MAX_OUT_OF_MEMORY) {
      throw heap;
    }
  }

  private void logFailure(Throwable failure) {
    failures.show(
        failure.toString(),
        notShown ->
            LOG.atError()
                .addKeyValue("topic", subscription.topic())
                .addKeyValue("group", subscription.group())
                .setCause(failure)
                .log("The consumer failed; a new consumer is built with backoff"));
  }

  private void publish(ConsumerSession session) {
    if (nanoClock.getAsLong() - status.seenNanos() >= STATUS_INTERVAL.toNanos()) {
      status = session.status();
    }
  }

  private void publishStopped() {
    status =
        ConsumerStatus.withoutConsumer(nanoClock.getAsLong(), parts.metrics().lostToRetention());
  }

  private void await(Duration pause) {
    long end = nanoClock.getAsLong() + pause.toNanos();
    try {
      for (long left = pause.toNanos(); left > 0 && !stopping; left = end - nanoClock.getAsLong()) {
        completions.awaitPending(Duration.ofNanos(left));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stopping = true;
    }
  }
}
