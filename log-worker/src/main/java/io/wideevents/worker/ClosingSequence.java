package io.wideevents.worker;

import io.wideevents.log.LogThrottle;
import io.wideevents.time.ClosingTime;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes the parts of the worker one after the other, with one time limit for all of them. A part
 * that times out or fails does not prevent the next part from being closed.
 *
 * <p>Not thread-safe. A part that hangs keeps a daemon thread.
 */
final class ClosingSequence {
  private static final Logger LOG = LoggerFactory.getLogger(ClosingSequence.class);

  private final ClosingTime time;

  ClosingSequence(ClosingTime time) {
    this.time = time;
  }

  /**
   * Closes a part. Blocks for at most {@code most}, or for less when little of the limit is left.
   *
   * @param most time limit of this part
   * @param keptForLater time that the parts after this one need
   */
  void close(String part, Duration most, Duration keptForLater, Runnable closing) {
    Duration granted = time.keeping(keptForLater).grant(most);
    FutureTask<?> task = new FutureTask<>(closing, null);
    try {
      Thread.ofPlatform().name("close-" + part).daemon().start(task);
      task.get(granted.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LogThrottle.safely(
          () ->
              LOG.atWarn()
                  .addKeyValue("part", part)
                  .addKeyValue("boundMs", granted.toMillis())
                  .log("A part did not close in time and is left behind"));
    } catch (ExecutionException e) {
      notClosed(part, e.getCause());
    } catch (Error e) {
      // For example, no thread can be created. The remaining parts must still be closed.
      notClosed(part, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void notClosed(String part, @Nullable Throwable cause) {
    LogThrottle.safely(
        () -> LOG.atError().addKeyValue("part", part).setCause(cause).log("A part did not close"));
  }
}
