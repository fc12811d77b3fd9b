package io.wideevents.toolbox.terminal;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;

/**
 * A writer that can be ended while another thread still writes to it. Later output is discarded, so
 * that the last message stays the last. Safe for concurrent use.
 */
final class EndableWriter extends FilterWriter {
  private boolean ended;

  EndableWriter(PrintWriter out) {
    super(out);
  }

  /** Discards all output from now on. Blocks until no write is in progress. */
  void end() {
    synchronized (lock) {
      ended = true;
    }
  }

  @Override
  public void write(int character) throws IOException {
    synchronized (lock) {
      if (!ended) {
        super.write(character);
      }
    }
  }

  @Override
  public void write(char[] characters, int offset, int length) throws IOException {
    synchronized (lock) {
      if (!ended) {
        super.write(characters, offset, length);
      }
    }
  }

  @Override
  public void write(String text, int offset, int length) throws IOException {
    synchronized (lock) {
      if (!ended) {
        super.write(text, offset, length);
      }
    }
  }
}
