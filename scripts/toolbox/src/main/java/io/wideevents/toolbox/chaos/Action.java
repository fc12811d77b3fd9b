package io.wideevents.toolbox.chaos;

import java.util.Locale;

/** What is done to a process. */
enum Action {
  /** SIGKILL. */
  KILL(false),
  /** SIGSTOP: connections stay open and nobody answers. */
  FREEZE(false),
  /** SIGTERM, as an operator would. */
  STOP(false),
  /** Runs again on the same address and data, after {@link #KILL} or {@link #STOP}. */
  START(true),
  /** SIGCONT, after {@link #FREEZE}. */
  RESUME(true);

  private final boolean mends;

  Action(boolean mends) {
    this.mends = mends;
  }

  /** Whether the process takes work afterwards. */
  boolean mends() {
    return mends;
  }

  /** What ends this fault. */
  Action end() {
    return this == FREEZE ? RESUME : START;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
