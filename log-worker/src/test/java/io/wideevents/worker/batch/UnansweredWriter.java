package io.wideevents.worker.batch;

import io.wideevents.event.EventDocument;
import io.wideevents.mongo.BatchWriter;
import io.wideevents.mongo.InMemoryBatchWriter;
import io.wideevents.mongo.WriteOutcome;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Every write with a certain document in it goes without an answer, as if it broke the server. */
final class UnansweredWriter implements BatchWriter {
  final InMemoryBatchWriter delegate = new InMemoryBatchWriter();
  private final EventDocument fatal;

  UnansweredWriter(EventDocument fatal) {
    this.fatal = fatal;
  }

  @Override
  public CompletableFuture<List<WriteOutcome>> write(List<EventDocument> documents) {
    if (documents.stream().noneMatch(document -> document.id().equals(fatal.id()))) {
      return delegate.write(documents);
    }
    WriteOutcome none =
        new WriteOutcome.NotConfirmed(false, new IllegalStateException("Connection reset"));
    return CompletableFuture.completedFuture(Collections.nCopies(documents.size(), none));
  }
}
