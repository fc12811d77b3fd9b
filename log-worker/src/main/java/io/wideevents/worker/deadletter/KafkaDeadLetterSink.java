package io.wideevents.worker.deadletter;

import io.wideevents.event.DeadLetterPart;
import io.wideevents.kafka.DeadLetterCuts;
import io.wideevents.kafka.DeadLetterRecord;
import io.wideevents.kafka.DeadLetterRecord.Size;
import io.wideevents.kafka.DeadLetterSource;
import io.wideevents.log.LogThrottle;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores dead letters in a Kafka topic. A record too large for the topic is replaced by a stub, and
 * a stub that is too large by the smallest stub. Both are counted and logged.
 *
 * <p>A sender thread owns the producer, because sending may block for seconds while metadata is
 * fetched. The producer is built for the first dead letter and rebuilt after a fatal error. Before
 * a dead letter is sent, at most every few seconds, the sink checks that the topic still exists
 * with the layout of the settings.
 */
public final class KafkaDeadLetterSink implements DeadLetterSink {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaDeadLetterSink.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofMillis(800);

  // Dead letters are rare, so the checks are few. During a flood, dead letters of that many seconds
  // may reach a re-created topic before its settings are corrected.
  private static final Duration TOPIC_CHECK_INTERVAL = Duration.ofSeconds(5);

  // Longer than the producer's own delivery timeout of 20 s.
  private static final Duration LONGEST_SEND = Duration.ofSeconds(30);

  private final Supplier<Producer<byte[], byte[]>> producers;
  private final Runnable ensureTopic;
  private final String topic;
  private final DeadLetterCuts cuts;
  private final LongSupplier nanoClock;
  private final Duration longestSend;
  private final ExecutorService sender =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("dead-letter-sender").factory());
  private volatile @Nullable Link link;

  // Belong to the sender thread.
  private long nextTopicCheckNanos;
  private @Nullable KafkaException topicFailure;

  /**
   * A producer, and whether it is broken. The producer's own thread may find this out, but cannot
   * close the producer.
   */
  private static final class Link {
    final Producer<byte[], byte[]> producer;
    volatile boolean broken;

    Link(Producer<byte[], byte[]> producer) {
      this.producer = producer;
    }
  }

  KafkaDeadLetterSink(
      Supplier<Producer<byte[], byte[]>> producers,
      Runnable ensureTopic,
      String topic,
      LongSupplier nanoClock) {
    this(producers, ensureTopic, topic, part -> {}, nanoClock);
  }

  /**
   * @param producers creates a producer; may fail with a {@link KafkaException}, and is then called
   *     again for the next dead letter
   * @param ensureTopic creates the topic if it is absent; may block for seconds, and fail with a
   *     {@link KafkaException}
   * @param cut counts each part of a record that a dead letter lacks
   * @param nanoClock monotonic, like {@link System#nanoTime}
   */
  public KafkaDeadLetterSink(
      Supplier<Producer<byte[], byte[]>> producers,
      Runnable ensureTopic,
      String topic,
      Consumer<DeadLetterPart> cut,
      LongSupplier nanoClock) {
    this(producers, ensureTopic, topic, cut, nanoClock, LONGEST_SEND);
  }

  KafkaDeadLetterSink(
      Supplier<Producer<byte[], byte[]>> producers,
      Runnable ensureTopic,
      String topic,
      Consumer<DeadLetterPart> cut,
      LongSupplier nanoClock,
      Duration longestSend) {
    this.cuts = new DeadLetterCuts(LOG, topic, cut);
    this.longestSend = longestSend;
    this.producers = producers;
    this.ensureTopic = ensureTopic;
    this.topic = topic;
    this.nanoClock = nanoClock;
    this.nextTopicCheckNanos = nanoClock.getAsLong();
  }

  @Override
  public CompletableFuture<DeadLetterOutcome> send(DeadLetter letter) {
    CompletableFuture<DeadLetterOutcome> outcome = new CompletableFuture<>();
    // A record that was cut when it was read must not look like the whole record.
    DeadLetterSource source = letter.toSource();
    Size first = source.isCut() ? Size.STUB : Size.WHOLE;
    onSender(() -> send(source, first, outcome), outcome);
    return outcome;
  }

  @Override
  public void close() {
    sender.shutdown();
    long deadline = System.nanoTime() + CLOSE_TIMEOUT.toNanos();
    Link open = link;
    try {
      if (open != null) {
        open.producer.close(CLOSE_TIMEOUT);
      }
    } finally {
      sender.shutdownNow();
    }
    try {
      // One time limit for both: the producer's close uses a part of it, and the sender thread gets
      // the rest.
      sender.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void send(
      DeadLetterSource letter, Size size, CompletableFuture<DeadLetterOutcome> outcome) {
    DeadLetterRecord record = DeadLetterRecord.of(letter, topic, size);
    send(
        record.record(),
        failure -> {
          try {
            answered(letter, record, size, failure, outcome);
          } catch (Throwable e) {
            // An Error would end the producer's own thread, and with it the producer.
            outcome.complete(new DeadLetterOutcome.NotConfirmed(e));
          }
        });
  }

  private void answered(
      DeadLetterSource letter,
      DeadLetterRecord record,
      Size size,
      @Nullable Exception failure,
      CompletableFuture<DeadLetterOutcome> outcome) {
    if (failure == null) {
      // A dead letter that is in the topic must not be sent again because its log line failed.
      LogThrottle.safely(() -> cuts.kept(letter, record));
      outcome.complete(
          size == Size.WHOLE ? new DeadLetterOutcome.Kept() : new DeadLetterOutcome.KeptAsStub());
    } else if (failure instanceof RecordTooLargeException && size != Size.SMALLEST) {
      Size smaller = size == Size.WHOLE ? Size.STUB : Size.SMALLEST;
      onSender(() -> send(letter, smaller, outcome), outcome);
    } else {
      outcome.complete(new DeadLetterOutcome.NotConfirmed(failure));
    }
  }

  private void send(ProducerRecord<byte[], byte[]> record, Consumer<@Nullable Exception> answer) {
    try {
      ensureTopic();
      Link open = open();
      CompletableFuture<Void> answered = new CompletableFuture<>();
      Future<?> unused =
          open.producer.send(
              record,
              (metadata, failure) -> {
                answered.complete(null);
                if (isFatal(failure)) {
                  open.broken = true;
                }
                answer.accept(failure);
              });
      // If an Error has ended the producer's own thread, the producer does not complete any send.
      CompletableFuture<?> unusedGuard =
          answered
              .orTimeout(longestSend.toMillis(), TimeUnit.MILLISECONDS)
              .exceptionally(
                  late -> {
                    open.broken = true;
                    answer.accept(new TimeoutException("The producer did not answer in time"));
                    return null;
                  });
    } catch (KafkaException | IllegalStateException e) {
      answer.accept(e);
    }
  }

  // Runs before the producer requests metadata. That request would create the topic with the
  // broker's defaults.
  private void ensureTopic() {
    if (nanoClock.getAsLong() - nextTopicCheckNanos >= 0) {
      topicFailure = null;
      try {
        ensureTopic.run();
      } catch (KafkaException e) {
        topicFailure = e; // also for the next dead letters: each check may take seconds
      }
      nextTopicCheckNanos = nanoClock.getAsLong() + TOPIC_CHECK_INTERVAL.toNanos();
    }
    if (topicFailure != null) {
      throw topicFailure;
    }
  }

  private Link open() {
    Link current = link;
    if (current != null && current.broken) {
      link = null;
      current.producer.close(CLOSE_TIMEOUT);
      current = null;
    }
    if (current == null) {
      current = new Link(producers.get());
      link = current;
    }
    return current;
  }

  private void onSender(Runnable task, CompletableFuture<DeadLetterOutcome> outcome) {
    try {
      sender.execute(
          () -> {
            if (outcome.isDone()) {
              return; // the caller timed out while the dead letter waited, and sends it again
            }
            try {
              task.run();
            } catch (RuntimeException | Error e) {
              // For example a bug, a large dead letter, or a missing class. Without an outcome the
              // caller would wait, and the record's partition would make no progress.
              outcome.complete(new DeadLetterOutcome.NotConfirmed(e));
            }
          });
    } catch (RejectedExecutionException closed) {
      outcome.complete(new DeadLetterOutcome.NotConfirmed(closed));
    }
  }

  private static boolean isFatal(@Nullable Exception failure) {
    return failure != null
        && !(failure instanceof RetriableException)
        && !(failure instanceof RecordTooLargeException);
  }
}
