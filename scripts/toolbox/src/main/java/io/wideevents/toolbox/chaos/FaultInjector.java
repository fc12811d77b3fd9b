package io.wideevents.toolbox.chaos;

import io.wideevents.stack.Restartable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Executes a schedule of faults on the parts of a pipeline. Each part has its own thread in an
 * episode, so that a slow start of one part delays only that part's next fault.
 */
final class FaultInjector implements AutoCloseable {
  private final Map<Target, Restartable> processes;
  private final Outages outages;
  private final Consumer<Occurrence> listener;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
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
    Map<Target, List<ScheduledStep>> byTarget =
        scheduled.episode().steps(scheduled.lasting()).stream()
            .collect(Collectors.groupingBy(ScheduledStep::target));
    long beginNanos = System.nanoTime();
    List<Future<?>> targets = new ArrayList<>();
    for (List<ScheduledStep> steps : byTarget.values()) {
      targets.add(
          threads.submit(
              () -> {
                for (ScheduledStep step : steps) {
                  TimeUnit.NANOSECONDS.sleep(beginNanos + step.at().toNanos() - System.nanoTime());
                  perform(step, scheduled.episode(), startNanos);
                }
                return null;
              }));
    }
    for (Future<?> target : targets) {
      try {
        target.get();
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

  private Restartable process(Target target) {
    return Objects.requireNonNull(processes.get(target), target::label);
  }

  /** Cancels steps that have not begun; does not wait for steps that have. */
  @Override
  public void close() {
    threads.shutdownNow();
  }
}
