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

/**
 * The journal as a {@link LoggerPort}. {@link #log} blocks for the disk, and until the deadline
 * while the journal is full.
 */
final class JournalLogger implements LoggerPort {
  private final JournalSender journal;

  JournalLogger(JournalSender journal) {
    this.journal = journal;
  }

  @Override
  public CompletableFuture<List<DeliveryOutcome>> log(
      List<EncodedEvent> events, Deadline deadline) {
    List<byte[]> bodies = events.stream().map(GatewayLogger::postedJson).toList();
    boolean isStored = !deadline.remaining().isZero() && journal.append(bodies, deadline);
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
