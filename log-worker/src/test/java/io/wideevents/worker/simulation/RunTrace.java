package io.wideevents.worker.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What happened in a simulation, the last lines of it. Off in a run of many seeds: a seed that
 * fails is run again with the trace on.
 */
final class RunTrace {
  static final RunTrace OFF = new RunTrace(0);

  private final int capacity;
  private final Deque<String> lines = new ArrayDeque<>();

  RunTrace(int capacity) {
    this.capacity = capacity;
  }

  boolean isOn() {
    return capacity > 0;
  }

  void add(String format, Object... arguments) {
    if (!isOn()) {
      return;
    }
    if (lines.size() == capacity) {
      lines.removeFirst();
    }
    lines.addLast(format.formatted(arguments));
  }

  List<String> lines() {
    return List.copyOf(lines);
  }
}
