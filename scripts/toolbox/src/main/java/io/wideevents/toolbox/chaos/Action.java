package io.wideevents.toolbox.chaos;

import io.wideevents.stack.Restartable;
import java.util.Locale;

/** A fault of a process, or its end. */
enum Action {
  /** SIGKILL. */
  KILL(false),
  /** SIGSTOP: connections stay open, but are not answered. */
  FREEZE(false),
  /** SIGTERM, as an operator sends it. */
  STOP(false),
  /**
   * Starts the process again on the same address and data, after {@link #KILL} or {@link #STOP}.
   */
  START(true),
  /** SIGCONT, after {@link #FREEZE}. */
  RESUME(true);

  private final boolean endsFault;

  Action(boolean endsFault) {
    this.endsFault = endsFault;
  }

  /** Whether the process accepts work afterwards. */
  boolean endsFault() {
    return endsFault;
  }

  /** The action that ends this fault. */
  Action end() {
    return this == FREEZE ? RESUME : START;
  }

  /** Executes the action. Blocks until a started process is ready. */
  void on(Restartable process) {
    switch (this) {
      case KILL -> process.kill9();
      case FREEZE -> process.pause();
      case STOP -> process.stop();
      case START -> process.start();
      case RESUME -> process.resume();
    }
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
