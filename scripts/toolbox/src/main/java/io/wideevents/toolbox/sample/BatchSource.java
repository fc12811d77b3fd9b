package io.wideevents.toolbox.sample;

import java.io.ByteArrayOutputStream;
import java.util.Optional;

/**
 * Cuts sample traffic into the bodies of requests. Safe for concurrent use: which thread gets which
 * batch is open, what is in the batches is not.
 */
final class BatchSource {
  private final SampleTraffic traffic;
  private final int batchEvents;
  private long left;

  /**
   * A source at its beginning.
   *
   * @param count events in all, not negative
   * @param batchEvents events in a batch, at least 1; the last one may have fewer
   */
  BatchSource(SampleTraffic traffic, long count, int batchEvents) {
    this.traffic = traffic;
    this.left = count;
    this.batchEvents = batchEvents;
  }

  /** The next batch; empty when all events were handed out. */
  synchronized Optional<EventBatch> next() {
    int events = (int) Math.min(left, batchEvents);
    if (events == 0) {
      return Optional.empty();
    }
    left -= events;
    ByteArrayOutputStream body = new ByteArrayOutputStream(events * 800);
    for (int i = 0; i < events; i++) {
      body.writeBytes(traffic.next());
      body.write('\n');
    }
    return Optional.of(new EventBatch(events, body.toByteArray()));
  }
}
