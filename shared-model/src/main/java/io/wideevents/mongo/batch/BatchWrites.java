package io.wideevents.mongo.batch;

import io.wideevents.event.EventDocument;
import io.wideevents.mongo.BatchWriter;
import io.wideevents.mongo.WriteOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The writes in flight. Each write ends once: with the writer's answer, or without an answer at its
 * timeout. An answer after the timeout is ignored, because the caller may have written the same
 * documents again under the same ids. If the writer throws or breaks its contract, the write ends
 * without an answer.
 *
 * <p>A document on which the server fails with an unlisted error code is suspected to be poison
 * ({@link #suspected}). Once it is proven poison, its outcome is {@link WriteOutcome.Poison}.
 *
 * <p>Nothing is retried here, and the number of writes is not limited. The caller decides both.
 * {@link #start} may be called by any thread. Writes end on the owner's thread: in the tasks that
 * the owner executes, and in {@link #endOverdue}. No method blocks.
 */
public final class BatchWrites {
  private final BatchWriter writer;
  private final Executor owner;
  private final Duration timeout;
  private final LongSupplier nanoClock;
  private final SuspectedPoison suspected;

  /** In the order of their deadlines. */
  private final List<PendingWrite> inFlight = new ArrayList<>();

  private long storedDocuments;

  // A class and not a record: two writes of the same documents are different writes.
  private static final class PendingWrite {
    final List<EventDocument> documents;
    final Consumer<List<WriteOutcome>> ended;
    long startNanos;
    long storedBefore;
    boolean isEnded;

    PendingWrite(List<EventDocument> documents, Consumer<List<WriteOutcome>> ended) {
      this.documents = documents;
      this.ended = ended;
    }
  }

  /**
   * @param owner runs the tasks that end writes, on the owner's thread
   * @param timeout time after which a write without an answer ends; longer than the writer's own
   *     limit
   * @param memory time after which a suspected document that has not failed again is forgotten;
   *     long for an owner that forgets each document that it does not write any more
   * @param nanoClock monotonic, like {@link System#nanoTime}
   */
  public BatchWrites(
      BatchWriter writer,
      Executor owner,
      Duration timeout,
      Duration memory,
      LongSupplier nanoClock) {
    this.writer = writer;
    this.owner = owner;
    this.timeout = timeout;
    this.nanoClock = nanoClock;
    this.suspected = new SuspectedPoison(memory, nanoClock);
  }

  /** The documents that are suspected to be poison. */
  public SuspectedPoison suspected() {
    return suspected;
  }

  /**
   * Starts a write.
   *
   * @param documents at least one
   * @param ended receives one outcome per document, in order, once, on the owner's thread
   */
  public void start(List<EventDocument> documents, Consumer<List<WriteOutcome>> ended) {
    PendingWrite write = new PendingWrite(documents, ended);
    // The answer is passed on as a task, so that a bug in its processing surfaces on the owner's
    // thread.
    var unused =
        begin(write)
            .whenComplete(
                (outcomes, failure) -> owner.execute(() -> end(write, outcomes, failure)));
  }

  /**
   * Ends the writes whose timeout has passed. Their documents are not confirmed.
   *
   * @return number of documents of these writes
   */
  public int endOverdue() {
    int documents = 0;
    for (PendingWrite write = overdue(); write != null; write = overdue()) {
      int size = write.documents.size();
      documents += size;
      end(
          write,
          null,
          new TimeoutException(
              "MongoDB did not answer a write of %d events within %d s"
                  .formatted(size, timeout.toSeconds())));
    }
    return documents;
  }

  /** Nanoseconds until the next timeout; {@link Long#MAX_VALUE} while no write is in flight. */
  public synchronized long nanosUntilTimeout() {
    return inFlight.isEmpty() ? Long.MAX_VALUE : timeout.toNanos() - age(inFlight.getFirst());
  }

  /** How long the oldest write has been in flight; zero when there is none. */
  public synchronized Duration oldest() {
    return inFlight.isEmpty() ? Duration.ZERO : Duration.ofNanos(age(inFlight.getFirst()));
  }

  private CompletableFuture<List<WriteOutcome>> begin(PendingWrite write) {
    try {
      add(write);
      return Objects.requireNonNull(writer.write(write.documents), "no answer");
    } catch (RuntimeException | Error e) {
      // An Error is caught as well, for example a missing class, or no memory. A write that does
      // not end would keep its slot, and its documents would not be written again.
      return CompletableFuture.failedFuture(e);
    }
  }

  private synchronized void add(PendingWrite write) {
    write.startNanos = nanoClock.getAsLong();
    write.storedBefore = storedDocuments;
    inFlight.add(write);
  }

  private synchronized @Nullable PendingWrite overdue() {
    return nanosUntilTimeout() <= 0 ? inFlight.getFirst() : null;
  }

  private long age(PendingWrite write) {
    return nanoClock.getAsLong() - write.startNanos;
  }

  private void end(
      PendingWrite write, @Nullable List<WriteOutcome> outcomes, @Nullable Throwable failure) {
    if (isFirstEnd(write)) {
      write.ended.accept(outcomes(write, outcomes, failure));
    }
  }

  private synchronized boolean isFirstEnd(PendingWrite write) {
    boolean isFirst = !write.isEnded;
    write.isEnded = true;
    inFlight.remove(write);
    return isFirst;
  }

  private List<WriteOutcome> outcomes(
      PendingWrite write, @Nullable List<WriteOutcome> answer, @Nullable Throwable failure) {
    Throwable cause = failure;
    if (answer != null) {
      try {
        addStored(count(answer, write.documents.size()));
        return suspected.resolve(write.documents, answer, write.storedBefore);
      } catch (RuntimeException | Error e) {
        // A bug, or no memory. The write must end in any case.
        cause = e;
      }
    }
    if (cause == null) {
      cause = new IllegalStateException("The writer gave no outcomes");
    }
    return Collections.nCopies(write.documents.size(), new WriteOutcome.NotConfirmed(false, cause));
  }

  private synchronized void addStored(int documents) {
    storedDocuments += documents;
  }

  /** Counts the stored documents, and checks that each document has an outcome. */
  private static int count(List<WriteOutcome> outcomes, int documents) {
    if (outcomes.size() != documents) {
      throw new IllegalStateException(
          "The writer gave %d outcomes for %d documents".formatted(outcomes.size(), documents));
    }
    int stored = 0;
    for (WriteOutcome outcome : outcomes) {
      switch (outcome) {
        case null -> throw new IllegalStateException("The writer gave no outcome for a document");
        case WriteOutcome.Stored each -> stored++;
        default -> {}
      }
    }
    return stored;
  }
}
