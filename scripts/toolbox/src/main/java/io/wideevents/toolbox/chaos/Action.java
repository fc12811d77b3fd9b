package io.wideevents.toolbox.chaos;

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

  private final boolean mends;

  Action(boolean mends) {
    this.mends = mends;
  }

  /** Whether the process accepts work afterwards. */
  boolean mends() {
    return mends;
  }

  /** The action that ends this fault. */
  Action end() {
    return this == FREEZE ? RESUME : START;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
