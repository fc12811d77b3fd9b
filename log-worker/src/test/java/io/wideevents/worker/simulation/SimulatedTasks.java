package io.wideevents.worker.simulation;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The tasks of a worker's polling thread, whose wait lets virtual time pass. */
final class SimulatedTasks extends LinkedBlockingQueue<Runnable> {
  private static final long serialVersionUID = 1L;

  private final transient SimulatedClock time;
  private final transient WorkerSignals worker;

  SimulatedTasks(SimulatedClock time, WorkerSignals worker) {
    this.time = time;
    this.worker = worker;
  }

  @Override
  public boolean add(Runnable task) {
    worker.wake();
    return super.add(task);
  }

  @Override
  public Runnable poll(long timeout, TimeUnit unit) {
    time.passUntil(time.nanos() + unit.toNanos(timeout), () -> !isEmpty() || worker.isDying());
    worker.dieIfDying();
    return poll();
  }
}
