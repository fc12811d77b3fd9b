package io.wideevents.files;

import io.wideevents.log.LogThrottle;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks every second whether a watched file has changed. Polling is more reliable than file
 * events, because events are lost on network file systems, and a mounted secret changes by a
 * symbolic link in a parent directory.
 *
 * <p>Uses one thread, {@code file-watch}. Owned, and closed, by {@code GatewayApplication}.
 */
public final class FileWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FileWatch.class);
  private static final Duration PERIOD = Duration.ofSeconds(1);
  private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);

  private final LogThrottle failures = new LogThrottle(LOG_INTERVAL);
  private final Duration period;
  private final List<Watched> watched;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("file-watch").factory());

  /** An object that is built from files and can be rebuilt. */
  public interface Watched {
    /**
     * Reads the files and uses them if they changed and are valid; logs in both cases. After an
     * exception or an error the next check tries again.
     */
    void refresh();
  }

  public FileWatch(List<? extends Watched> watched) {
    this(watched, PERIOD);
  }

  FileWatch(List<? extends Watched> watched, Duration period) {
    this.period = period;
    this.watched = List.copyOf(watched);
  }

  /** Starts to check. Starts no thread if there is nothing to watch. */
  public void start() {
    if (!watched.isEmpty()) {
      var unused =
          thread.scheduleWithFixedDelay(
              this::look, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void look() {
    for (Watched each : watched) {
      try {
        each.refresh();
      } catch (Throwable e) {
        // Also for an Error. The executor ends a task that throws, and a revoked key would then
        // stay valid until the next restart.
        failures.show(
            notShown ->
                log.atError()
                    .addKeyValue("notShown", notShown)
                    .setCause(e)
                    .log("Looking at a watched file failed; the next look tries again"));
      }
    }
  }

  /** Stops checking; does not wait. Idempotent. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
