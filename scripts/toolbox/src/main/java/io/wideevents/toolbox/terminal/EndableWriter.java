package io.wideevents.toolbox.terminal;

import java.io.FilterWriter;
import java.io.IOException;
import java.io.PrintWriter;

/**
 * Output that can be ended while another thread still writes to it: whatever comes afterwards goes
 * nowhere, so that a last word stays the last. Safe for concurrent use.
 */
final class EndableWriter extends FilterWriter {
  private boolean ended;

  EndableWriter(PrintWriter out) {
    super(out);
  }

  /** Takes nothing more; returns when nothing is being written any longer. */
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
