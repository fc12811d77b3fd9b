package io.wideevents.worker.consume;

import io.wideevents.time.Backoff;
import io.wideevents.worker.batch.BatchPipeline;
import io.wideevents.worker.batch.CompletionQueue;
import io.wideevents.worker.batch.RecordIntake;
import io.wideevents.worker.kafka.ConsumerSource;
import io.wideevents.worker.kafka.TopicIds;
import io.wideevents.worker.metrics.WorkerMetrics;
import io.wideevents.worker.offset.Assignment;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves events from the topic into the database, from {@link #start} to {@link #close}: every
 * record is stored or dead-lettered before its offset is committed, whatever fails in between.
 *
 * <p>Runs one thread, which owns the consumer and never waits for the database. Starting succeeds
 * while Kafka is down; the consumer is built when it can be, and rebuilt with backoff whenever it
 * fails. Owned, and closed, by {@code WorkerApplication}.
 */
public final class MqConsumerService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MqConsumerService.class);

  /** How long {@link #close} blocks at most. */
  public static final Duration CLOSE = Duration.ofSeconds(6);

  // Together less than CLOSE, for the pass that is under way.
  private static final Duration DRAIN = Duration.ofMillis(3_500);
  private static final Duration COMMIT = Duration.ofSeconds(1);
  private static final Duration LEAVE = Duration.ofSeconds(1);

  /** What is done of {@link #CLOSE} on the polling thread. */
  public static final Duration FINISH = DRAIN.plus(COMMIT).plus(LEAVE);

  // As long as the longest backoff: a consumer that joins and fails again and again must not make
  // its group rebalance all the time.
  private static final Duration WORKED = Duration.ofSeconds(30);

  // An OutOfMemoryError of a poll is answered by the session; these are the others, in a row.
  private static final int MAX_OUT_OF_MEMORY = 3;

  private static final Duration STATUS_INTERVAL = Duration.ofMillis(200);

  private final ConsumerSource source;
  private final TopicIds topicIds;
  private final String topic;
  private final String group;
  private final BatchPipeline pipeline;
  private final CompletionQueue completions;
  private final RecordIntake intake;
  private final BatchLog batchLog;
  private final WorkerMetrics metrics;
  private final Backoff backoff;
  private final InstantSource clock;
  private final LongSupplier nanoClock;
  private final AtomicLong lostRecords = new AtomicLong();

  // Belongs to the polling thread.
  private final Assignment assignment = new Assignment();
  private final Thread thread;
  private volatile boolean stopping;
  private volatile ConsumerStatus status;
  private @Nullable String lastFailure;
  private int outOfMemory;

  public MqConsumerService(
      ConsumerSource source,
      TopicIds topicIds,
      String topic,
      String group,
      BatchPipeline pipeline,
      CompletionQueue completions,
      RecordIntake intake,
      BatchLog batchLog,
      WorkerMetrics metrics,
      Backoff backoff,
      InstantSource clock,
      LongSupplier nanoClock) {
    this.source = source;
    this.topicIds = topicIds;
    this.topic = topic;
    this.group = group;
    this.pipeline = pipeline;
    this.completions = completions;
    this.intake = intake;
    this.batchLog = batchLog;
    this.metrics = metrics;
    this.backoff = backoff;
    this.clock = clock;
    this.nanoClock = nanoClock;
    this.status = ConsumerStatus.withoutConsumer(nanoClock.getAsLong(), 0);
    this.thread = Thread.ofPlatform().name("mq-consumer").unstarted(this::run);
  }

  /** Starts the polling thread; returns at once. */
  public void start() {
    thread.start();
  }

  /** What the polling thread last saw; any thread may ask. */
  public ConsumerStatus status() {
    return status;
  }

  /**
   * Stops taking records in, settles and commits what is held as far as a few seconds allow, leaves
   * the group and ends the thread; blocks for {@link #CLOSE} at most. While the database is down
   * nothing is waited for: what is not stored is not committed, and will be read again. Idempotent.
   */
  @Override
  public void close() {
    close(CLOSE);
  }

  /** Closes as {@link #close()} does, and blocks for {@code most} at most. */
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
    // Of sessions that failed; a session that finished has reported its own.
    ConsumerSession.reportLastCopies(assignment, metrics);
    pipeline.logDeadLetters();
  }

  /**
   * Runs one consumer until it fails or the service is stopped.
   *
   * @return whether it worked for a while before
   */
  private boolean connectAndConsume() {
    ConsumerSession session;
    try {
      session = newSession(source.newConsumer());
    } catch (KafkaException e) {
      LOG.atDebug().setCause(e).log("No consumer yet"); // the client told already
      return false;
    } catch (RuntimeException | Error e) {
      tell(e);
      return false;
    }
    long start = nanoClock.getAsLong();
    try {
      session.subscribe(topic);
      LOG.info("Started MQ consumer for topic: {}, group: {}", topic, group);
      while (!stopping) {
        session.turn();
        lastFailure = null;
        batchLog.tick();
        publish(session);
      }
      session.finish(DRAIN, COMMIT, LEAVE);
    } catch (RuntimeException | Error e) {
      // Kafka's fatal errors, and our own bugs: a consumer made anew re-reads what is not
      // committed.
      tell(e);
      abandon(session);
      endProcessIfOutOfMemory(e, hasWorkedSince(start));
    }
    return hasWorkedSince(start);
  }

  private boolean hasWorkedSince(long startNanos) {
    return nanoClock.getAsLong() - startNanos >= WORKED.toNanos();
  }

  private ConsumerSession newSession(Consumer<byte[], byte[]> consumer) {
    return new ConsumerSession(
        consumer,
        source,
        topicIds,
        assignment,
        pipeline,
        completions,
        intake,
        metrics,
        lostRecords,
        clock,
        nanoClock);
  }

  private void abandon(ConsumerSession session) {
    try {
      session.abandon(LEAVE);
    } catch (RuntimeException | Error e) {
      LOG.atDebug().setCause(e).log("The failed consumer did not close cleanly");
    }
  }

  /**
   * Lets the thread die of a heap that stays too small. A restarted process may do better, and one
   * that only rebuilds its consumer would look alive.
   */
  private void endProcessIfOutOfMemory(Throwable failure, boolean worked) {
    outOfMemory = failure instanceof OutOfMemoryError ? (worked ? 1 : outOfMemory + 1) : 0;
    if (failure instanceof OutOfMemoryError heap && outOfMemory >= MAX_OUT_OF_MEMORY) {
      throw heap;
    }
  }

  private void tell(Throwable failure) {
    String text = failure.toString();
    if (!text.equals(lastFailure)) {
      lastFailure = text;
      LOG.atError()
          .addKeyValue("topic", topic)
          .addKeyValue("group", group)
          .setCause(failure)
          .log("The consumer failed and is built again, with backoff until it works");
    }
  }

  private void publish(ConsumerSession session) {
    if (nanoClock.getAsLong() - status.seenNanos() >= STATUS_INTERVAL.toNanos()) {
      status = session.status();
    }
  }

  private void publishStopped() {
    status = ConsumerStatus.withoutConsumer(nanoClock.getAsLong(), lostRecords.get());
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
