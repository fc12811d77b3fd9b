package io.wideevents.toolbox.terminal;

import java.io.PrintWriter;
import java.io.Writer;

/**
 * A writer that can be ended while another thread still writes to it. Later output is discarded, so
 * that the last message stays the last. Safe for concurrent use.
 */
final class EndableWriter extends Writer {
  private final PrintWriter out;
  private boolean ended;

  EndableWriter(PrintWriter out) {
    this.out = out;
  }

  /** Discards all output from now on. Blocks until no write is in progress. */
  synchronized void end() {
    ended = true;
  }

  @Override
  public synchronized void write(char[] characters, int offset, int length) {
    if (!ended) {
      out.write(characters, offset, length);
    }
  }

  @Override
  public void flush() {
    out.flush();
  }

  @Override
  public void close() {
    out.close();
  }
}
