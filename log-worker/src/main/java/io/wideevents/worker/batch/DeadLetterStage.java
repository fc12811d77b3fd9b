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
 * Sends dead letters until each is acknowledged. A send that gets no answer is repeated after
 * {@link #SEND_TIMEOUT}.
 *
 * <p>Not thread-safe: belongs to the polling thread.
 */
final class DeadLetterStage {
  private static final Logger LOG = LoggerFactory.getLogger(DeadLetterStage.class);

  /** Longer than the sink's own bound; a sink that keeps its contract never gets this far. */
  static final Duration SEND_TIMEOUT = Duration.ofSeconds(60);

  /** Receives what became of each dead letter, once. */
  interface Results {
    void deadLettered(PendingRecord record, DeadLetter letter);

    void handedBack(PendingRecord record);
  }

  private record Post(PendingRecord record, DeadLetter letter) {}

  /** One attempt to send, so that a late answer to an earlier attempt is told from a new one. */
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

  /** Attempts in the order of their deadlines; the first one is not answered. */
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

  /** Takes over a dead letter; it is sent on the next {@link #run}. */
  void submit(PendingRecord record, DeadLetter letter) {
    waiting.addLast(new Post(record, letter));
  }

  /** Sends what may be sent now. */
  void run() {
    giveUpOverdue();
    if (waiting.isEmpty() || (failures > 0 && retryNanos - nanoClock.getAsLong() > 0)) {
      return;
    }
    // Only what waits now: a sink that answers at once puts failed letters behind these.
    for (int left = waiting.size(); left > 0; left--) {
      send(waiting.removeFirst());
    }
  }

  /** Nanoseconds until {@link #run} has something to do; at most zero when it has now. */
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

  /** Whether nothing is being sent and nothing waits. */
  boolean isIdle() {
    return size() == 0;
  }

  /** Gives up what waits and has become void; what is being sent follows. */
  void dropVoid() {
    waiting.removeIf(
        post -> {
          if (!post.record().place().isVoid()) {
            return false;
          }
          results.handedBack(post.record());
          return true;
        });
  }

  private void send(Post post) {
    if (post.record().place().isVoid()) {
      results.handedBack(post.record());
      return;
    }
    Attempt attempt = new Attempt(post, nanoClock.getAsLong() + SEND_TIMEOUT.toNanos());
    attempts.addLast(attempt);
    unanswered++;
    // The outcome is handed over as a task, so that a bug in it surfaces on the polling thread.
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

  private void giveUpOverdue() {
    long now = nanoClock.getAsLong();
    while (!attempts.isEmpty() && attempts.getFirst().deadlineNanos - now <= 0) {
      var cause = new TimeoutException("No answer within " + SEND_TIMEOUT.toSeconds() + " s");
      Attempt overdue = attempts.getFirst();
      answered(overdue, new DeadLetterOutcome.NotConfirmed(cause));
      // The sink need not send it any more if it still waits there.
      overdue.outcome.completeExceptionally(cause);
    }
  }

  private void answered(Attempt attempt, DeadLetterOutcome outcome) {
    if (attempt.answered) {
      return; // a late answer: the dead letter was sent again
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
    if (post.record().place().isVoid()) {
      results.handedBack(post.record());
    } else {
      waiting.addLast(post);
    }
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
