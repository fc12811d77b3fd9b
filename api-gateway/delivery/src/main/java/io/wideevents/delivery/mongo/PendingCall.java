package io.wideevents.delivery.mongo;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.event.EventDocument;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@link MongoLogger#log} on its way: its documents, what became of each, and the
 * answer its caller waits for.
 *
 * <p>Not safe for concurrent use: {@link WriteQueue} guards it. Once settled it changes no more.
 */
final class PendingCall {
  private final List<EventDocument> documents;
  private final @Nullable DeliveryOutcome[] outcomes;
  private final CompletableFuture<List<DeliveryOutcome>> answer = new CompletableFuture<>();
  private int unsettled;
  private int next;
  private int end;

  /**
   * @param documents of the first events, those there is room for
   * @param events how many the call has
   */
  PendingCall(List<EventDocument> documents, int events) {
    this.documents = List.copyOf(documents);
    this.outcomes = new DeliveryOutcome[events];
    this.unsettled = events;
    this.end = documents.size();
  }

  CompletableFuture<List<DeliveryOutcome>> answer() {
    return answer;
  }

  /** Those there is room for, in order from the first event's on. */
  List<EventDocument> documents() {
    return documents;
  }

  /** How many events the call has. */
  int size() {
    return outcomes.length;
  }

  EventDocument document(int index) {
    return documents.get(index);
  }

  /** Whether a document is left to be taken for writing. */
  boolean hasNext() {
    return next < end;
  }

  /** The document that would be taken next. */
  EventDocument peek() {
    return documents.get(next);
  }

  /** How many documents were taken for writing. */
  int taken() {
    return next;
  }

  /** Takes the next document for writing: its index. */
  int take() {
    return next++;
  }

  /** Records an outcome, unless there is one already: a late answer changes nothing. */
  void settle(int index, DeliveryOutcome outcome) {
    if (outcomes[index] == null) {
      outcomes[index] = outcome;
      unsettled--;
    }
  }

  /** Nothing from {@code index} on is taken any more; what has no outcome is not confirmed. */
  void giveUpFrom(int index, Throwable cause) {
    end = Math.min(end, index);
    settleFrom(index, cause);
  }

  /** Nothing is taken any more, and what was taken without an outcome is not confirmed either. */
  void giveUp(Throwable cause) {
    end = next;
    settleFrom(0, cause);
  }

  private void settleFrom(int index, Throwable cause) {
    DeliveryOutcome notConfirmed = new DeliveryOutcome.NotConfirmed(cause);
    for (int i = index; i < outcomes.length; i++) {
      settle(i, notConfirmed);
    }
  }

  boolean isSettled() {
    return unsettled == 0;
  }

  /** Gives the caller its answer; to be called once settled, and not under a lock. */
  void complete() {
    try {
      answer.complete(Arrays.stream(outcomes).map(Objects::requireNonNull).toList());
    } catch (RuntimeException | Error e) {
      // No memory for the list. The caller waits for this future.
      answer.completeExceptionally(e);
    }
  }
}
