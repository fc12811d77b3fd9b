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
 * Looks every second whether one of the watched files says something new. Looking beats being told:
 * file events are lost on network file systems, and a mounted secret changes by a link far up its
 * path.
 *
 * <p>One thread, {@code file-watch}. Owned, and closed, by {@code GatewayApplication}.
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

  /** Something made of files that can be made anew. */
  public interface Watched {
    /**
     * Reads the files and takes them over if they changed and are good; logs either way. After an
     * exception or an error the next look tries again.
     */
    void refresh();
  }

  public FileWatch(List<? extends Watched> watched) {
    this(watched, PERIOD);
  }

  /** For tests. */
  FileWatch(List<? extends Watched> watched, Duration period) {
    this.period = period;
    this.watched = List.copyOf(watched);
  }

  /** Begins to look; without anything to watch there is no thread. */
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
        // An Error too. The executor ends a task that throws, and a revoked key would then stay
        // valid until the next restart.
        failures.show(
            notShown ->
                log.atError()
                    .addKeyValue("notShown", notShown)
                    .setCause(e)
                    .log("Looking at a watched file failed; the next look tries again"));
      }
    }
  }

  /** Stops looking; does not wait. Idempotent. */
  @Override
  public void close() {
    thread.shutdownNow();
  }
}
