package io.wideevents.toolbox.demo;

import io.wideevents.stack.ChildProcess;
import io.wideevents.toolbox.pipeline.StoredEvents;
import io.wideevents.toolbox.terminal.Progress;
import java.time.Duration;

/** Observes the events that arrive in MongoDB. */
final class Arrival {
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(200);

  private final StoredEvents stored;
  private final ChildProcess worker;
  private final Progress progress;

  Arrival(StoredEvents stored, ChildProcess worker, Progress progress) {
    this.stored = stored;
    this.worker = worker;
    this.progress = progress;
  }

  /**
   * Blocks until {@code events} are stored, at most 2 minutes.
   *
   * @throws IllegalStateException with the end of the worker's output, if they are not stored in
   *     time
   */
  void await(long events) throws InterruptedException {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    long count = stored.count();
    while (count < events) {
      if (!worker.isAlive()) {
        throw worker.failure("ended while events were on their way");
      }
      if (System.nanoTime() - deadline > 0) {
        throw worker.failure(
            "stored %,d of %,d events within %s".formatted(count, events, TIMEOUT));
      }
      progress.update(count);
      Thread.sleep(POLL_INTERVAL);
      count = stored.count();
    }
    progress.finish(count);
  }
}
