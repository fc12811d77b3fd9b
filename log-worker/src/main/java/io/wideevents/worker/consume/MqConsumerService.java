package io.wideevents.worker.consume;

import io.wideevents.worker.batch.BatchPipeline;
import io.wideevents.worker.batch.CompletionQueue;
import io.wideevents.worker.batch.RecordIntake;
import io.wideevents.worker.kafka.ConsumerSource;
import io.wideevents.worker.kafka.TopicIds;
import io.wideevents.worker.metrics.WorkerMetrics;
import io.wideevents.worker.retry.Backoff;
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

  // With the consumer's own closing inside them these add up to less than the eight seconds that a
  // shutdown may take.
  private static final Duration DRAIN = Duration.ofMillis(3_500);
  private static final Duration COMMIT = Duration.ofSeconds(1);
  private static final Duration LEAVE = Duration.ofSeconds(1);
  private static final Duration CLOSE = Duration.ofMillis(6_500);

  // As long as the longest backoff: a consumer that joins and fails again and again must not make
  // its group rebalance all the time.
  private static final Duration WORKED = Duration.ofSeconds(30);

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
  private final Thread thread;
  private volatile boolean stopping;
  private volatile ConsumerStatus status;
  private @Nullable String lastFailure;

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
   * the group and ends the thread; blocks for 6.5 s at most. While the database is down nothing is
   * waited for: what is not stored is not committed, and will be read again. Idempotent.
   */
  @Override
  public void close() {
    stopping = true;
    completions.execute(() -> LOG.debug("Stopping"));
    try {
      if (thread.isAlive() && !thread.join(CLOSE)) {
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
    } catch (RuntimeException e) {
      // Kafka's fatal errors, and our own bugs: a consumer made anew re-reads what is not
      // committed.
      tell(e);
      abandon(session);
    }
    return nanoClock.getAsLong() - start >= WORKED.toNanos();
  }

  private ConsumerSession newSession(Consumer<byte[], byte[]> consumer) {
    return new ConsumerSession(
        consumer,
        source,
        topicIds,
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
    } catch (KafkaException e) {
      LOG.atDebug().setCause(e).log("The failed consumer did not close cleanly");
    }
  }

  private void tell(RuntimeException failure) {
    String text = failure.toString();
    if (!text.equals(lastFailure)) {
      lastFailure = text;
      LOG.atError()
          .addKeyValue("topic", topic)
          .addKeyValue("group", group)
          .setCause(failure)
          .log("The consumer failed and is built anew, with backoff until it works");
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
