package io.wideevents.gateway.delivery;

import io.wideevents.event.EncodedEvent;
import io.wideevents.logging.Deadline;
import io.wideevents.logging.DeliveryOutcome;
import io.wideevents.logging.LoggerPort;
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
