package io.wideevents.worker.batch;

import io.wideevents.time.Backoff;
import io.wideevents.worker.deadletter.DeadLetter;
import io.wideevents.worker.deadletter.DeadLetterOutcome;
import io.wideevents.worker.deadletter.DeadLetterSink;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends each dead letter until it is acknowledged. A send without an answer is repeated after
 * {@link #SEND_TIMEOUT}.
 */
final class DeadLetterStage {
  private static final Logger LOG = LoggerFactory.getLogger(DeadLetterStage.class);

  /**
   * Longer than the sink's own timeout, so that only a sink that breaks its contract reaches this
   * timeout.
   */
  static final Duration SEND_TIMEOUT = Duration.ofSeconds(60);

  /** Receives the outcome of each dead letter, once. */
  interface Results {
    void deadLettered(PendingRecord record, DeadLetter letter);

    /** The record's assignment has ended, so the record is discarded. */
    void discarded(PendingRecord record);
  }

  private record Post(PendingRecord record, DeadLetter letter) {}

  /**
   * One send of a dead letter. A late answer to an earlier attempt does not count for a later
   * attempt.
   */
  private static final class Attempt {
    final Post post;
    final long deadlineNanos;
    CompletableFuture<DeadLetterOutcome> outcome = new CompletableFuture<>();
    boolean answered;

    Attempt(Post post, long deadlineNanos) {
      this.post = post;
      this.deadlineNanos = deadlineNanos;
    }
  }

  private final DeadLetterSink sink;
  private final Executor pollingThread;
  private final Results results;
  private final Backoff backoff;
  private final LongSupplier nanoClock;
  private final ArrayDeque<Post> waiting = new ArrayDeque<>();

  /** Attempts in the order of their deadlines. The first attempt has no answer yet. */
  private final ArrayDeque<Attempt> attempts = new ArrayDeque<>();

  private int unanswered;
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

  /** Queues a dead letter for the next {@link #run}. */
  void submit(PendingRecord record, DeadLetter letter) {
    waiting.addLast(new Post(record, letter));
  }

  void run() {
    endOverdue();
    if (waiting.isEmpty() || (failures > 0 && retryNanos - nanoClock.getAsLong() > 0)) {
      return;
    }
    // The loop sends only the dead letters that wait now. A sink that fails at once adds dead
    // letters to the end of this queue.
    for (int left = waiting.size(); left > 0; left--) {
      send(waiting.removeFirst());
    }
  }

  /** Nanoseconds until {@link #run} has work; zero or less when it has work now. */
  long nanosUntilNext() {
    long now = nanoClock.getAsLong();
    long next = attempts.isEmpty() ? Long.MAX_VALUE : attempts.getFirst().deadlineNanos - now;
    if (waiting.isEmpty()) {
      return next;
    }
    return failures == 0 ? 0 : Math.min(next, retryNanos - now);
  }

  /** Dead letters that are not acknowledged. */
  int size() {
    return waiting.size() + unanswered;
  }

  boolean isIdle() {
    return size() == 0;
  }

  /**
   * Discards waiting dead letters whose assignment has ended. Dead letters in flight are discarded
   * when their send ends.
   */
  void discardEnded() {
    waiting.removeIf(
        post -> {
          if (!post.record().place().isDiscarded()) {
            return false;
          }
          results.discarded(post.record());
          return true;
        });
  }

  private void send(Post post) {
    if (post.record().place().isDiscarded()) {
      results.discarded(post.record());
      return;
    }
    Attempt attempt = new Attempt(post, nanoClock.getAsLong() + SEND_TIMEOUT.toNanos());
    attempts.addLast(attempt);
    unanswered++;
    // The outcome is passed on as a task, so that a bug in its processing surfaces on the polling
    // thread.
    attempt.outcome = hand(post.letter());
    CompletableFuture<?> unused =
        attempt
            .outcome
            .exceptionally(DeadLetterOutcome.NotConfirmed::new)
            .whenComplete(
                (outcome, failure) -> pollingThread.execute(() -> answered(attempt, outcome)));
  }

  private CompletableFuture<DeadLetterOutcome> hand(DeadLetter letter) {
    try {
      return sink.send(letter);
    } catch (RuntimeException | Error e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void endOverdue() {
    long now = nanoClock.getAsLong();
    while (!attempts.isEmpty() && attempts.getFirst().deadlineNanos - now <= 0) {
      var cause = new TimeoutException("No answer within " + SEND_TIMEOUT.toSeconds() + " s");
      Attempt overdue = attempts.getFirst();
      answered(overdue, new DeadLetterOutcome.NotConfirmed(cause));
      // A sink that has not sent the dead letter yet then skips it.
      overdue.outcome.completeExceptionally(cause);
    }
  }

  private void answered(Attempt attempt, DeadLetterOutcome outcome) {
    if (attempt.answered) {
      return; // late answer: the dead letter was sent again
    }
    attempt.answered = true;
    unanswered--;
    while (!attempts.isEmpty() && attempts.getFirst().answered) {
      attempts.removeFirst();
    }
    switch (outcome) {
      case DeadLetterOutcome.Kept kept -> arrived(attempt.post);
      case DeadLetterOutcome.KeptAsStub stub -> arrived(attempt.post);
      case DeadLetterOutcome.NotConfirmed lost -> notArrived(attempt.post, lost.cause());
    }
  }

  private void arrived(Post post) {
    if (failures > 0) {
      failures = 0;
      LOG.atInfo().log("Dead letters are acknowledged again");
    }
    results.deadLettered(post.record(), post.letter());
  }

  private void notArrived(Post post, Throwable cause) {
    if (post.record().place().isDiscarded()) {
      results.discarded(post.record());
    } else {
      waiting.addLast(post);
    }
    if (failures > 0 && retryNanos - nanoClock.getAsLong() > 0) {
      return; // dead letters that were sent together count as one failure
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
