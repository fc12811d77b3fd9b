package io.wideevents.worker.consume;

import io.wideevents.worker.batch.CompletedBatch;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs one line for each completed batch, at most ten lines a second. One more line a second counts
 * the batches that were not logged.
 *
 * <p>Not thread-safe: belongs to the polling thread.
 */
public final class BatchLog {
  static final int LINES_A_SECOND = 10;

  // Users know the line under the name of the consumer service.
  private static final Logger LOG = LoggerFactory.getLogger(MqConsumerService.class);
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final LongSupplier nanoClock;
  private long windowStart;
  private int shown;
  private int hidden;
  private long hiddenRecords;

  public BatchLog(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    this.windowStart = nanoClock.getAsLong();
  }

  /** Logs a batch. */
  public void completed(CompletedBatch batch) {
    tick();
    if (shown >= LINES_A_SECOND) {
      hidden++;
      hiddenRecords += batch.records();
      return;
    }
    shown++;
    LOG.info(
        "Processed batch: {} events ({} success, {} failures) in {}ms",
        batch.records(),
        batch.stored(),
        batch.deadLettered(),
        batch.took().toMillis());
  }

  /**
   * Logs the count of the last second when that second is over. Call this regularly, also without
   * batches.
   */
  public void tick() {
    long now = nanoClock.getAsLong();
    if (now - windowStart < SECOND) {
      return;
    }
    if (hidden > 0) {
      LOG.info("{} more batches with {} events are not shown", hidden, hiddenRecords);
    }
    windowStart = now;
    shown = 0;
    hidden = 0;
    hiddenRecords = 0;
  }
}
