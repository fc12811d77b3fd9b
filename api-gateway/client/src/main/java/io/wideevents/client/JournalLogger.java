package io.wideevents.client;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.NotSentException;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import io.wideevents.time.Deadline;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The journal as a {@link LoggerPort}. {@link #log} blocks for the disk. */
final class JournalLogger implements LoggerPort {
  private final JournalSender journal;
  private final WhenFull whenFull;

  /** What {@link #log} does while the journal is full or its disk fails. */
  enum WhenFull {
    /** Waits until the deadline: for the thread of a queue. */
    WAIT,
    /** Ends without a record: for the thread of a request, whose event then goes to the queue. */
    GIVE_UP
  }

  JournalLogger(JournalSender journal, WhenFull whenFull) {
    this.journal = journal;
    this.whenFull = whenFull;
  }

  @Override
  public CompletableFuture<List<DeliveryOutcome>> log(
      List<EncodedEvent> events, Deadline deadline) {
    List<byte[]> bodies = events.stream().map(GatewayLogger::postedJson).toList();
    boolean isStored =
        !deadline.remaining().isZero()
            && switch (whenFull) {
              case WAIT -> journal.append(bodies, deadline);
              case GIVE_UP -> journal.append(bodies);
            };
    DeliveryOutcome outcome =
        isStored
            ? new DeliveryOutcome.Durable(Tier.SPOOL)
            : new DeliveryOutcome.NotConfirmed(
                new NotSentException("The journal is full or closed, or its disk failed"));
    return CompletableFuture.completedFuture(Collections.nCopies(events.size(), outcome));
  }

  @Override
  public void close() {
    journal.close();
  }
}
