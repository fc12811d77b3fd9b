package io.wideevents.worker.deadletter;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Dead letters in memory; fails or keeps the caller waiting on demand. Passes {@link
 * DeadLetterSinkContract}. Safe for concurrent use.
 */
public final class RecordingDeadLetterSink implements DeadLetterSink {
  private final List<DeadLetter> kept = new ArrayList<>();
  private final List<Runnable> held = new ArrayList<>();
  private boolean down;
  private boolean holds;

  /** What was acknowledged, in order. */
  public synchronized List<DeadLetter> kept() {
    return List.copyOf(kept);
  }

  /** From now on nothing is confirmed. */
  public synchronized void goDown() {
    down = true;
  }

  public synchronized void comeBack() {
    down = false;
  }

  /** From now on letters wait for {@link #release}. */
  public synchronized void hold() {
    holds = true;
  }

  /** Answers all letters that wait, and ends {@link #hold}. */
  public synchronized void release() {
    holds = false;
    held.forEach(Runnable::run);
    held.clear();
  }

  @Override
  public synchronized CompletableFuture<DeadLetterOutcome> send(DeadLetter letter) {
    CompletableFuture<DeadLetterOutcome> outcome = new CompletableFuture<>();
    Runnable answer = () -> outcome.complete(answer(letter));
    if (holds) {
      held.add(answer);
    } else {
      answer.run();
    }
    return outcome;
  }

  @Override
  public void close() {}

  private DeadLetterOutcome answer(DeadLetter letter) {
    if (down) {
      return new DeadLetterOutcome.NotConfirmed(new IllegalStateException("The sink is down"));
    }
    kept.add(letter);
    return new DeadLetterOutcome.Kept();
  }
}
