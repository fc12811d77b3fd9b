package io.wideevents.mongo;

import io.wideevents.event.EventDocument;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Writes events to the database idempotently: writing an id twice stores one document.
 *
 * <p>Implementations are safe for concurrent use and have no queue; the caller limits the number of
 * writes in flight.
 */
public interface BatchWriter {
  /**
   * MongoDB's limit of one document, in bytes. A larger document is rejected without affecting
   * others.
   */
  int MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;

  /**
   * Writes a batch. Does not block. The future completes within the writer's time limit, on one of
   * its I/O threads, which dependents must not block. The limit covers all operations of the batch;
   * for MongoDB it is two client timeouts. The future completes exceptionally only for bugs; an
   * unreachable database is an outcome.
   *
   * @param documents at least one, in any order; an id may occur twice
   * @return one outcome per document, in the batch's order
   */
  CompletableFuture<List<WriteOutcome>> write(List<EventDocument> documents);
}
