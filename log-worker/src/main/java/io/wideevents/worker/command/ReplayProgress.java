package io.wideevents.worker.command;

import java.io.PrintWriter;
import java.time.Duration;

/** Shows the progress of a command: a bar on a terminal, nothing elsewhere. */
final class ReplayProgress {
  private static final int WIDTH = 30;
  private static final long INTERVAL_NANOS = Duration.ofMillis(100).toNanos();

  private final PrintWriter err;
  private final boolean terminal = Boolean.getBoolean("wideevents.terminal"); // set by the launcher
  private final String what;
  private final long total;
  private long done;
  private long shownNanos;

  ReplayProgress(PrintWriter err, String what, long total) {
    this.err = err;
    this.what = what;
    this.total = Math.max(1, total);
  }

  void advance(long more) {
    done += more;
    long now = System.nanoTime();
    if (terminal && now - shownNanos >= INTERVAL_NANOS) {
      shownNanos = now;
      show();
    }
  }

  /** Shows the last state and ends the line. */
  void end() {
    if (terminal && done > 0) {
      show();
      err.println();
      err.flush();
    }
  }

  private void show() {
    int filled = (int) (WIDTH * Math.min(done, total) / total);
    err.print(
        "\r%s [%s%s] %,d of %,d"
            .formatted(what, "#".repeat(filled), ".".repeat(WIDTH - filled), done, total));
    err.flush();
  }
}
