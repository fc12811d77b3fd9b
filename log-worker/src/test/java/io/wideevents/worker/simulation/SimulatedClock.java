package io.wideevents.worker.simulation;

import java.time.Instant;
import java.time.InstantSource;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * A clock that moves only when the simulation says so, and the events that wait for their time.
 * Events of the same time run in the order they were planned.
 */
final class SimulatedClock implements InstantSource, LongSupplier {
  static final long SECOND = 1_000_000_000L;
  static final Instant START = Instant.parse("2026-11-22T12:00:00Z");

  private record Event(long at, long number, Runnable action) {}

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(
          (a, b) -> a.at != b.at ? Long.compare(a.at, b.at) : Long.compare(a.number, b.number));
  private final long origin;
  private long now;
  private long numbers;
  private long wallOffsetNanos;

  /**
   * @param origin what {@link #getAsLong} shows at first; near the largest value it overflows, as
   *     {@link System#nanoTime} may
   */
  SimulatedClock(long origin) {
    this.origin = origin;
  }

  /** Nanoseconds since the simulation began. */
  long nanos() {
    return now;
  }

  /** The monotonic clock. */
  @Override
  public long getAsLong() {
    return origin + now;
  }

  /** The wall clock, which may have jumped. */
  @Override
  public Instant instant() {
    return START.plusNanos(now + wallOffsetNanos);
  }

  void jumpWallClock(long nanos) {
    wallOffsetNanos += nanos;
  }

  void after(long delayNanos, Runnable action) {
    at(now + delayNanos, action);
  }

  void at(long nanos, Runnable action) {
    events.add(new Event(Math.max(now, nanos), numbers++, action));
  }

  /** When the next event is due; {@link Long#MAX_VALUE} when none is planned. */
  long nextEventAt() {
    Event next = events.peek();
    return next == null ? Long.MAX_VALUE : next.at;
  }

  void runNext() {
    Event next = events.remove();
    now = next.at;
    next.action.run();
  }

  /** Moves the clock; no event may be due before. */
  void moveTo(long nanos) {
    now = Math.max(now, nanos);
  }

  /** Lets time pass, with its events, until a moment or until the condition holds. */
  void passUntil(long nanos, BooleanSupplier enough) {
    while (!enough.getAsBoolean()) {
      if (nextEventAt() > nanos) {
        moveTo(nanos);
        return;
      }
      runNext();
    }
  }
}
