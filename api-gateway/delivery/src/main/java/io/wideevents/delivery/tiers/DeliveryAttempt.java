package io.wideevents.gateway.delivery;

import io.wideevents.event.EncodedEvent;
import io.wideevents.logging.Deadline;
import io.wideevents.logging.DeliveryOutcome;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One tier's way of taking events; the contract of {@code LoggerPort.log}. */
@FunctionalInterface
interface DeliveryAttempt {
  CompletableFuture<List<DeliveryOutcome>> deliver(List<EncodedEvent> events, Deadline deadline);
}
