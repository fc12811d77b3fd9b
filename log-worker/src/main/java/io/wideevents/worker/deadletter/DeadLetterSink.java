package io.wideevents.worker.deadletter;

import java.util.concurrent.CompletableFuture;

/**
 * Stores dead letters durably, for inspection and replay. At least once: a dead letter that is sent
 * again after an unconfirmed attempt may be stored twice.
 *
 * <p>Safe for concurrent use. Has no capacity limit; the caller limits the dead letters in flight.
 */
public interface DeadLetterSink extends AutoCloseable {
  /**
   * Sends a dead letter. Does not block. The future completes within the sink's timeout, on a
   * thread of the sink; dependent stages must only pass the outcome on. It completes exceptionally
   * for bugs only. If the caller completes the future, the sink does not send the dead letter,
   * unless the send has already begun.
   */
  CompletableFuture<DeadLetterOutcome> send(DeadLetter letter);

  /**
   * Releases the client and the threads within a second. Dead letters in flight are not confirmed.
   */
  @Override
  void close();
}
