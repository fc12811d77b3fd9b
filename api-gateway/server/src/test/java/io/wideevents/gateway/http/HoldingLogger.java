package io.wideevents.gateway.http;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.event.EncodedEvent;
import io.wideevents.time.Deadline;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** Holds every call back until released. */
record HoldingLogger(LoggerPort logger, CountDownLatch arrived, CompletableFuture<Void> released)
    implements LoggerPort {

  HoldingLogger(LoggerPort logger) {
    this(logger, new CountDownLatch(1), new CompletableFuture<>());
  }

  @Override
  public CompletableFuture<List<DeliveryOutcome>> log(
      List<EncodedEvent> events, Deadline deadline) {
    arrived.countDown();
    return released.thenCompose(go -> logger.log(events, deadline));
  }

  @Override
  public void close() {
    logger.close();
  }
}
