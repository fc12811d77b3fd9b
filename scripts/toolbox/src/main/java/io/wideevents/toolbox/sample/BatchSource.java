package io.wideevents.toolbox.sample;

import java.io.ByteArrayOutputStream;
import java.util.Optional;

/**
 * Divides sample traffic into request bodies. Safe for concurrent use. The content of the batches
 * does not depend on the threads; which thread gets which batch does.
 */
final class BatchSource {
  private final SampleTraffic traffic;
  private final int batchEvents;
  private long left;

  /**
   * @param count number of events, not negative
   * @param batchEvents events in a batch, at least 1; the last batch may have fewer
   */
  BatchSource(SampleTraffic traffic, long count, int batchEvents) {
    this.traffic = traffic;
    this.left = count;
    this.batchEvents = batchEvents;
  }

  /** The next batch; empty at the end. */
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
