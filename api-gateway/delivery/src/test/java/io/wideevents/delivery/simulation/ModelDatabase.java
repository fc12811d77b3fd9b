package io.wideevents.delivery.simulation;

import io.wideevents.event.ContentHash;
import io.wideevents.event.EventDocument;
import io.wideevents.event.EventId;
import io.wideevents.mongo.BatchWriter;
import io.wideevents.mongo.DocumentWriteException;
import io.wideevents.mongo.WriteOutcome;
import io.wideevents.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A collection, and a driver that reaches it over a network. Stores a document by its id, once. */
final class ModelDatabase implements BatchWriter {
  private static final Duration CLIENT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration SELECTION_TIMEOUT = Duration.ofSeconds(2);
  private static final int DOCUMENT_VALIDATION_FAILURE = 121;
  private static final int ON_NO_LIST = 424242;
  private static final int NOT_WRITABLE_PRIMARY = 10107;
  private static final ContentHash OTHER = new ContentHash(1, 1);

  private final VirtualTime time;
  private final Faults faults;
  private final Random random;
  private final Map<EventId, ContentHash> stored = new HashMap<>();

  ModelDatabase(VirtualTime time, Faults faults, Random random) {
    this.time = time;
    this.faults = faults;
    this.random = random;
    for (int n = 0; n < SimulatedEvents.COUNT; n++) {
      if (SimulatedEvents.isTakenByOther(n)) {
        stored.put(SimulatedEvents.id(n), OTHER);
      }
    }
  }

  /** Whether this very content is stored. */
  boolean holds(int n) {
    return SimulatedEvents.hash(n).equals(stored.get(SimulatedEvents.id(n)));
  }

  /** Whether other content is stored under the event's id. */
  boolean isTaken(int n) {
    ContentHash found = stored.get(SimulatedEvents.id(n));
    return found != null && !found.equals(SimulatedEvents.hash(n));
  }

  @Override
  public CompletableFuture<List<WriteOutcome>> write(List<EventDocument> documents) {
    var answer = new CompletableFuture<List<WriteOutcome>>();
    boolean fails = random.nextDouble() < faults.driverFails;
    if (fails && random.nextBoolean()) {
      throw new IllegalStateException("The driver has a bug");
    }
    if (faults.databaseDown) {
      time.after(SELECTION_TIMEOUT, () -> answer.complete(unanswered(documents.size())));
      return answer;
    }
    boolean lost = random.nextDouble() < faults.lostAnswers;
    boolean late = random.nextDouble() < faults.lateAnswers;
    boolean never = random.nextDouble() < faults.noAnswers;
    time.after(
        latency(),
        () -> {
          List<WriteOutcome> outcomes = insert(documents);
          if (never) {
            return;
          }
          if (fails) {
            time.after(
                latency(),
                () -> answer.completeExceptionally(new IllegalStateException("A bug later on")));
          } else if (lost) {
            time.after(CLIENT_TIMEOUT, () -> answer.complete(unanswered(documents.size())));
          } else {
            Duration wait = late ? Duration.ofSeconds(1 + random.nextInt(60)) : latency();
            time.after(wait, () -> answer.complete(outcomes));
          }
        });
    return answer;
  }

  private static List<WriteOutcome> unanswered(int count) {
    WriteOutcome unknown =
        new WriteOutcome.NotConfirmed(false, new IllegalStateException("No answer in time"));
    return Collections.nCopies(count, unknown);
  }

  private List<WriteOutcome> insert(List<EventDocument> documents) {
    List<WriteOutcome> outcomes = new ArrayList<>(documents.size());
    for (EventDocument document : documents) {
      outcomes.add(insert(document));
    }
    return outcomes;
  }

  private WriteOutcome insert(EventDocument document) {
    int n = SimulatedEvents.number(document.bson().getString("requestId").getValue());
    if (random.nextDouble() < faults.steppedDown) {
      return failed(false, NOT_WRITABLE_PRIMARY);
    }
    if (faults.poison.contains(n) || random.nextDouble() < faults.throttled) {
      return failed(true, ON_NO_LIST);
    }
    if (SimulatedEvents.isRefused(n)) {
      return new WriteOutcome.Refused(DOCUMENT_VALIDATION_FAILURE, "failed validation");
    }
    @Nullable ContentHash present = stored.putIfAbsent(document.id(), document.hash());
    if (present == null) {
      return new WriteOutcome.Stored();
    }
    return present.equals(document.hash())
        ? new WriteOutcome.AlreadyStored()
        : new WriteOutcome.Conflict();
  }

  private static WriteOutcome failed(boolean perDocument, int code) {
    return new WriteOutcome.NotConfirmed(
        perDocument, new DocumentWriteException(code, "a fault of the simulation"));
  }

  private Duration latency() {
    return faults.databaseLatency.multipliedBy(1 + random.nextInt(100)).dividedBy(50);
  }
}
