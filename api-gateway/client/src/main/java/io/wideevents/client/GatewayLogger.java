package io.wideevents.client;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.PostableEvent;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The gateway as a {@link LoggerPort}. {@link #log} blocks until the gateway has decided about each
 * event, until the deadline or the limit of retries at most. The caller is the one sender thread of
 * a queue, whose next batch grows meanwhile.
 */
final class GatewayLogger implements LoggerPort {
  private final GatewaySender sender;
  private final Duration retryFor;

  GatewayLogger(GatewaySender sender, Duration retryFor) {
    this.sender = sender;
    this.retryFor = retryFor;
  }

  @Override
  public synchronized CompletableFuture<List<DeliveryOutcome>> log(
      List<EncodedEvent> events, Deadline deadline) {
    List<byte[]> bodies = events.stream().map(GatewayLogger::postedJson).toList();
    return CompletableFuture.completedFuture(sender.send(bodies, deadline.atMost(retryFor)));
  }

  static byte[] postedJson(EncodedEvent event) {
    if (event instanceof PostableEvent postable) {
      return postable.postedJson();
    }
    throw new IllegalArgumentException(event.getClass() + " is not an event that can be posted");
  }

  @Override
  public void close() {
    sender.close();
  }
}
