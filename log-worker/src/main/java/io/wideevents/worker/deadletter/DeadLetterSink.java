package io.wideevents.worker.deadletter;

import java.util.concurrent.CompletableFuture;

/**
 * Keeps dead letters for a person to look at and to replay. At least once: a letter that is sent
 * again after an unconfirmed attempt may be there twice.
 *
 * <p>Safe for concurrent use. Keeps no bound of its own: whoever calls bounds what is in flight.
 */
public interface DeadLetterSink extends AutoCloseable {
  /**
   * Hands a letter over; returns at once. The future completes within the sink's time bound, on one
   * of its threads: dependents must only hand the outcome on. It completes exceptionally for bugs
   * only. A caller that completes the future itself gives the letter up: it is not sent any more,
   * unless it is being sent already.
   */
  CompletableFuture<DeadLetterOutcome> send(DeadLetter letter);

  /** Releases client and threads within a second; letters still in flight are not confirmed. */
  @Override
  void close();
}
