package io.wideevents.worker.batch;

import io.wideevents.event.EventDocument;
import io.wideevents.mongo.BatchWriter;
import io.wideevents.mongo.WriteOutcome;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Answers writes in the order a test asks for. */
final class ReorderingWriter implements BatchWriter {
  private final List<CompletableFuture<List<WriteOutcome>>> answers = new ArrayList<>();
  private final List<Integer> sizes = new ArrayList<>();

  @Override
  public CompletableFuture<List<WriteOutcome>> write(List<EventDocument> documents) {
    CompletableFuture<List<WriteOutcome>> answer = new CompletableFuture<>();
    answers.add(answer);
    sizes.add(documents.size());
    return answer;
  }

  /** Answers the n-th write, from 0: everything is stored. */
  void answer(int n) {
    answers.get(n).complete(Collections.nCopies(sizes.get(n), new WriteOutcome.Stored()));
  }
}
