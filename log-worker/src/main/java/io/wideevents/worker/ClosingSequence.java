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
 * Closes the parts of the worker one after the other, within one bound for all of them. Each part
 * gets what it needs or what is left; a part that does not return in time, or that fails, does not
 * keep the next from being closed.
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
   * Closes a part.
   *
   * @param most how long it may take
   * @param keptForLater what the parts behind it need
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
      // No thread at present. The parts behind this one must be closed nevertheless.
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
