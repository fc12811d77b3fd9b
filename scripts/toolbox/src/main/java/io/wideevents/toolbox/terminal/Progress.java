package io.wideevents.toolbox.terminal;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** Shows progress: a bar on a terminal, a line at intervals elsewhere. Safe for concurrent use. */
public final class Progress {
  private static final int WIDTH = 30;
  private static final Duration BAR_INTERVAL = Duration.ofMillis(100);
  private static final Duration LINE_INTERVAL = Duration.ofSeconds(5);
  private static final String CLEAR_LINE = "\r\u001b[K";

  private final PrintWriter out;
  private final boolean terminal;
  private final String label;
  private final long total;
  private final long startNanos = System.nanoTime();
  private long shownNanos;
  private boolean shown;
  private boolean finished;

  /**
   * @param terminal whether {@code out} is a terminal, on which a line can be redrawn
   * @param total the value of 100 %, at least 1
   */
  public Progress(PrintWriter out, boolean terminal, String label, long total) {
    this.out = out;
    this.terminal = terminal;
    this.label = label;
    this.total = total;
  }

  /** Whether the standard error of this process is a terminal, as reported by the launcher. */
  public static boolean onTerminal() {
    return Boolean.getBoolean("wideevents.terminal");
  }

  /** Shows {@code done}, unless the last update was shown a moment ago. */
  public synchronized void update(long done) {
    long now = System.nanoTime();
    Duration interval = terminal ? BAR_INTERVAL : LINE_INTERVAL;
    // The first plain line is delayed too: a short operation needs none.
    long since = shown || terminal ? shownNanos : startNanos;
    boolean due = (terminal && !shown) || now - since >= interval.toNanos();
    if (due && !finished) {
      show(done, now);
    }
  }

  /** Shows the last state and ends the line. Idempotent. */
  public synchronized void finish(long done) {
    if (finished) {
      return;
    }
    finished = true;
    show(done, System.nanoTime());
    if (terminal) {
      out.println();
      out.flush();
    }
  }

  private void show(long done, long now) {
    shown = true;
    shownNanos = now;
    if (terminal) {
      out.print(CLEAR_LINE + line(done, now));
    } else {
      out.println(line(done, now));
    }
    out.flush();
  }

  private String line(long done, long now) {
    double share = Math.min(1, (double) done / total);
    int filled = (int) (share * WIDTH);
    double seconds = Math.max(1e-3, (now - startNanos) / 1e9);
    String bar = terminal ? " [" + "█".repeat(filled) + "░".repeat(WIDTH - filled) + "]" : "";
    return String.format(
        Locale.ROOT,
        "%s%s %3.0f %%  %,d of %,d  %,.0f/s  %.0f s",
        label,
        bar,
        Math.floor(share * 100),
        done,
        total,
        done / seconds,
        seconds);
  }
}
