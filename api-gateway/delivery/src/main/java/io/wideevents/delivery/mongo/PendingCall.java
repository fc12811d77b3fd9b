package io.wideevents.delivery.mongo;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.event.EventDocument;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@link MongoLogger#log}: its documents, the outcome of each event, and the future for
 * the caller.
 *
 * <p>Not safe for concurrent use: {@link WriteQueue} guards it. After all outcomes are known, the
 * call no longer changes.
 */
final class PendingCall {
  private final List<EventDocument> documents;
  private final @Nullable DeliveryOutcome[] outcomes;
  private final CompletableFuture<List<DeliveryOutcome>> answer = new CompletableFuture<>();
  private int open;
  private int next;
  private int end;

  /**
   * @param documents of the first events, as many as the limits allowed
   * @param events number of events of the call
   */
  PendingCall(List<EventDocument> documents, int events) {
    this.documents = List.copyOf(documents);
    this.outcomes = new DeliveryOutcome[events];
    this.open = events;
    this.end = documents.size();
  }

  CompletableFuture<List<DeliveryOutcome>> answer() {
    return answer;
  }

  /** The documents within the limits, in order from the first event on. */
  List<EventDocument> documents() {
    return documents;
  }

  int size() {
    return outcomes.length;
  }

  EventDocument document(int index) {
    return documents.get(index);
  }

  /** Whether a document still waits to be written. */
  boolean hasNext() {
    return next < end;
  }

  EventDocument peek() {
    return documents.get(next);
  }

  int taken() {
    return next;
  }

  /** Takes the next document for writing and returns its index. */
  int take() {
    return next++;
  }

  /** Records an outcome. An event keeps its first outcome, so a late answer changes nothing. */
  void conclude(int index, DeliveryOutcome outcome) {
    if (outcomes[index] == null) {
      outcomes[index] = outcome;
      open--;
    }
  }

  /** Takes no document from {@code index} on. Later events without an outcome are not confirmed. */
  void giveUpFrom(int index, Throwable cause) {
    end = Math.min(end, index);
    notConfirmedFrom(index, cause);
  }

  /** Takes no further document. Every event without an outcome is not confirmed. */
  void giveUp(Throwable cause) {
    end = next;
    notConfirmedFrom(0, cause);
  }

  private void notConfirmedFrom(int index, Throwable cause) {
    DeliveryOutcome notConfirmed = new DeliveryOutcome.NotConfirmed(cause);
    for (int i = index; i < outcomes.length; i++) {
      conclude(i, notConfirmed);
    }
  }

  boolean isComplete() {
    return open == 0;
  }

  /**
   * Completes the caller's future. Requires that all outcomes are known, and that no lock is held.
   */
  void complete() {
    try {
      answer.complete(Arrays.stream(outcomes).map(Objects::requireNonNull).toList());
    } catch (RuntimeException | Error e) {
      // There is no memory for the list. The caller waits for the future, so it must complete.
      answer.completeExceptionally(e);
    }
  }
}
