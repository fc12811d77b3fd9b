package io.wideevents.delivery.tiers;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.event.EncodedEvent;
import io.wideevents.time.Deadline;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Notes the names of the threads that call it. */
record ThreadRecordingLogger(LoggerPort logger, Set<String> threads) implements LoggerPort {
  @Override
  public CompletableFuture<List<DeliveryOutcome>> log(
      List<EncodedEvent> events, Deadline deadline) {
    threads.add(Thread.currentThread().getName());
    return logger.log(events, deadline);
  }

  @Override
  public void close() {
    logger.close();
  }
}
