package io.wideevents.mongo;

import io.wideevents.event.EventDocument;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Writes events to the database idempotently: the same id twice leaves one document.
 *
 * <p>Implementations are safe for concurrent use and keep no queue of their own: whoever calls
 * bounds what is in flight.
 */
public interface BatchWriter {
  /** MongoDB's own limit of one document; a larger one is refused alone. */
  int MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;

  /**
   * Writes a batch; returns at once. The future completes within the writer's time bound, on one of
   * its I/O threads: dependents must only hand the outcome on. The bound holds for the whole batch,
   * however many operations it takes; for MongoDB it is two client timeouts. The future completes
   * exceptionally for bugs only; an unreachable database is an outcome.
   *
   * @param documents at least one, in any order; the same id may stand in it twice
   * @return one outcome per document, in the batch's order
   */
  CompletableFuture<List<WriteOutcome>> write(List<EventDocument> documents);
}
