package io.wideevents.delivery.tiers;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.event.EncodedEvent;
import io.wideevents.time.Deadline;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Sends events to one tier, under the contract of {@code LoggerPort.log}. */
@FunctionalInterface
interface DeliveryAttempt {
  CompletableFuture<List<DeliveryOutcome>> deliver(List<EncodedEvent> events, Deadline deadline);
}
