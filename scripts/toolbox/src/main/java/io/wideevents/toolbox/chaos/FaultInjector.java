package io.wideevents.toolbox.chaos;

import io.wideevents.stack.Restartable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Executes a schedule of faults on the parts of a pipeline. Each part has its own thread, so that a
 * slow start of one part delays only that part's next fault.
 */
final class FaultInjector implements AutoCloseable {
  private final Map<Target, Restartable> processes;
  private final Outages outages;
  private final Consumer<Occurrence> listener;
  private final Map<Target, ScheduledExecutorService> threads = new EnumMap<>(Target.class);
  private final List<Occurrence> occurrences = new ArrayList<>();

  /**
   * An executed step.
   *
   * @param at when it began, from the start of the run
   * @param took until it was done; a server that was started accepts work by then
   */
  record Occurrence(Duration at, Duration took, Episode episode, Target target, Action action) {}

  /**
   * @param processes one for each target of the schedules
   * @param outages receives which parts are down
   * @param listener receives each step, on the thread that executed it
   */
  FaultInjector(
      Map<Target, Restartable> processes, Outages outages, Consumer<Occurrence> listener) {
    this.processes = processes;
    this.outages = outages;
    this.listener = listener;
    processes
        .keySet()
        .forEach(
            target ->
                threads.put(
                    target,
                    Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("faults-" + target.label()).factory())));
  }

  /**
   * Executes a schedule and blocks until everything is up again. A server that starts slowly delays
   * the following episodes. Episodes that would begin after the schedule's latest begin are left
   * out.
   *
   * @return number of executed episodes
   * @throws IllegalStateException if a step failed, for example a server did not start again
   */
  int run(FaultSchedule schedule) throws InterruptedException {
    long startNanos = System.nanoTime();
    int done = 0;
    for (ScheduledEpisode scheduled : schedule.episodes()) {
      Thread.sleep(scheduled.rest());
      if (System.nanoTime() - startNanos > schedule.latestBegin().toNanos()) {
        break;
      }
      run(scheduled, startNanos);
      done++;
    }
    return done;
  }

  private void run(ScheduledEpisode scheduled, long startNanos) throws InterruptedException {
    List<Future<?>> steps = new ArrayList<>();
    for (ScheduledStep step : scheduled.episode().steps(scheduled.lasting())) {
      steps.add(
          thread(step.target())
              .schedule(
                  () -> perform(step, scheduled.episode(), startNanos),
                  step.at().toMillis(),
                  TimeUnit.MILLISECONDS));
    }
    for (Future<?> step : steps) {
      try {
        step.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException("A fault could not be done or ended: " + e.getCause(), e);
      }
    }
  }

  /** The executed steps, in the order in which they ended. */
  List<Occurrence> occurrences() {
    synchronized (occurrences) {
      return List.copyOf(occurrences);
    }
  }

  private void perform(ScheduledStep step, Episode episode, long startNanos) {
    long begin = System.nanoTime();
    if (!step.action().endsFault()) {
      outages.begin(step.target());
    }
    step.action().on(process(step.target()));
    if (step.action().endsFault()) {
      outages.end(step.target());
    }
    Occurrence occurrence =
        new Occurrence(
            Duration.ofNanos(begin - startNanos),
            Duration.ofNanos(System.nanoTime() - begin),
            episode,
            step.target(),
            step.action());
    synchronized (occurrences) {
      occurrences.add(occurrence);
    }
    listener.accept(occurrence);
  }

  private ScheduledExecutorService thread(Target target) {
    return Objects.requireNonNull(threads.get(target), target::label);
  }

  private Restartable process(Target target) {
    return Objects.requireNonNull(processes.get(target), target::label);
  }

  /** Cancels steps that have not begun; does not wait for steps that have. */
  @Override
  public void close() {
    threads.values().forEach(ScheduledExecutorService::shutdownNow);
  }
}
