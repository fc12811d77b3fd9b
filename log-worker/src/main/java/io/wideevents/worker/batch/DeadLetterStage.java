package io.wideevents.worker.batch;

import io.wideevents.worker.deadletter.DeadLetter;
import io.wideevents.worker.deadletter.DeadLetterOutcome;
import io.wideevents.worker.deadletter.DeadLetterSink;
import io.wideevents.worker.retry.Backoff;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends dead letters until each is acknowledged, however long that takes.
 *
 * <p>Not thread-safe: belongs to the polling thread.
 */
final class DeadLetterStage {
  private static final Logger LOG = LoggerFactory.getLogger(DeadLetterStage.class);

  /** What is told about each letter, exactly once. */
  interface Results {
    void deadLettered(PendingRecord record, Batch batch, DeadLetter letter);

    void handedBack(PendingRecord record, Batch batch);
  }

  private record Post(PendingRecord record, Batch batch, DeadLetter letter) {}

  private final DeadLetterSink sink;
  private final Executor pollingThread;
  private final Results results;
  private final Backoff backoff;
  private final LongSupplier nanoClock;
  private final ArrayDeque<Post> waiting = new ArrayDeque<>();
  private int failures;
  private long retryNanos;

  DeadLetterStage(
      DeadLetterSink sink,
      Executor pollingThread,
      Results results,
      Backoff backoff,
      LongSupplier nanoClock) {
    this.sink = sink;
    this.pollingThread = pollingThread;
    this.results = results;
    this.backoff = backoff;
    this.nanoClock = nanoClock;
  }

  /** Takes over a letter; it is sent on the next {@link #run}. */
  void submit(PendingRecord record, Batch batch, DeadLetter letter) {
    waiting.addLast(new Post(record, batch, letter));
  }

  /** Sends what may be sent now. */
  void run() {
    if (waiting.isEmpty() || nanosUntilNext() > 0) {
      return;
    }
    // Only what waits now: a sink that answers at once puts refused letters behind these.
    for (int left = waiting.size(); left > 0; left--) {
      send(waiting.removeFirst());
    }
  }

  /** Nanoseconds until {@link #run} has something to do; at most zero when it has now. */
  long nanosUntilNext() {
    if (waiting.isEmpty()) {
      return Long.MAX_VALUE;
    }
    return failures == 0 ? 0 : retryNanos - nanoClock.getAsLong();
  }

  /** Gives up what waits and has become void; what is being sent follows. */
  void dropVoid() {
    waiting.removeIf(
        post -> {
          if (!post.record().place().isVoid()) {
            return false;
          }
          results.handedBack(post.record(), post.batch());
          return true;
        });
  }

  private void send(Post post) {
    if (post.record().place().isVoid()) {
      results.handedBack(post.record(), post.batch());
      return;
    }
    // Handed over as a task, so that a bug in it surfaces on the polling thread.
    CompletableFuture<?> unused =
        hand(post.letter())
            .exceptionally(DeadLetterOutcome.NotConfirmed::new)
            .whenComplete(
                (outcome, failure) -> pollingThread.execute(() -> answered(post, outcome)));
  }

  private CompletableFuture<DeadLetterOutcome> hand(DeadLetter letter) {
    try {
      return sink.send(letter);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void answered(Post post, DeadLetterOutcome outcome) {
    switch (outcome) {
      case DeadLetterOutcome.Kept kept -> arrived(post);
      case DeadLetterOutcome.KeptAsStub stub -> arrived(post);
      case DeadLetterOutcome.NotConfirmed lost -> notArrived(post, lost.cause());
    }
  }

  private void arrived(Post post) {
    if (failures > 0) {
      failures = 0;
      LOG.atInfo().log("Dead letters are acknowledged again");
    }
    results.deadLettered(post.record(), post.batch(), post.letter());
  }

  private void notArrived(Post post, Throwable cause) {
    waiting.addLast(post);
    if (failures > 0 && retryNanos - nanoClock.getAsLong() > 0) {
      return; // sent together, failed together: that is one failure
    }
    failures++;
    retryNanos = nanoClock.getAsLong() + backoff.after(failures).toNanos();
    if (failures == 1) {
      LOG.atWarn()
          .addKeyValue("error", cause)
          .log("A dead letter was not acknowledged; its offset stays, retrying until it is");
    }
  }
}
