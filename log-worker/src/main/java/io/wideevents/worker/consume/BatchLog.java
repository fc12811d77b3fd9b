package io.wideevents.worker.consume;

import io.wideevents.worker.batch.SettledBatch;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of every settled batch in one line; above ten a second, one line a second tells how many
 * are not shown.
 *
 * <p>Not thread-safe: belongs to the polling thread.
 */
public final class BatchLog {
  static final int LINES_A_SECOND = 10;

  // The line is what users of the consumer service look for, so it bears that name.
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

  /** Tells of a batch. */
  public void settled(SettledBatch batch) {
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

  /** Ends the second when it is over; to be called now and then even without batches. */
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
