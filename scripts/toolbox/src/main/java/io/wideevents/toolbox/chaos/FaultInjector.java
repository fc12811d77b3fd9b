package io.wideevents.toolbox.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Does to the parts of a pipeline what a schedule says, each part on a thread of its own: a slow
 * start of one delays only its own next fault.
 */
final class FaultInjector implements AutoCloseable {
  private final Map<Target, Victim> victims;
  private final Outages outages;
  private final Consumer<Occurrence> listener;
  private final Map<Target, ScheduledExecutorService> threads = new EnumMap<>(Target.class);
  private final List<Occurrence> occurrences = new ArrayList<>();

  /**
   * A step that was done.
   *
   * @param at when it began, from the begin of the run
   * @param took until it was done: a server that starts takes work by then
   */
  record Occurrence(Duration at, Duration took, Episode episode, Target target, Action action) {}

  /**
   * An injector at rest.
   *
   * @param victims one for each target of the schedules
   * @param outages learns what is down
   * @param listener learns of each step, on the thread that did it
   */
  FaultInjector(Map<Target, Victim> victims, Outages outages, Consumer<Occurrence> listener) {
    this.victims = victims;
    this.outages = outages;
    this.listener = listener;
    victims
        .keySet()
        .forEach(
            target ->
                threads.put(
                    target,
                    Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("faults-" + target.label()).factory())));
  }

  /**
   * Does what a schedule says, and blocks until everything is up again. Servers that take long to
   * come back shift what follows; what could not begin in time is left out.
   *
   * @param length from now on, in which episodes may begin
   * @return how many episodes were done
   * @throws IllegalStateException if a step failed, for example a server did not start again
   */
  int run(FaultSchedule schedule, Duration length) throws InterruptedException {
    long startNanos = System.nanoTime();
    int done = 0;
    for (ScheduledEpisode scheduled : schedule.episodes()) {
      Thread.sleep(scheduled.rest());
      if (System.nanoTime() - startNanos > length.toNanos()) {
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

  /** What was done so far, in the order of its end. */
  List<Occurrence> occurrences() {
    synchronized (occurrences) {
      return List.copyOf(occurrences);
    }
  }

  private void perform(ScheduledStep step, Episode episode, long startNanos) {
    long begin = System.nanoTime();
    if (!step.action().mends()) {
      outages.begin(step.target());
    }
    victim(step.target()).suffer(step.action());
    if (step.action().mends()) {
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
    ScheduledExecutorService thread = threads.get(target);
    if (thread == null) {
      throw new IllegalArgumentException("Nothing can befall " + target);
    }
    return thread;
  }

  private Victim victim(Target target) {
    Victim victim = victims.get(target);
    if (victim == null) {
      throw new IllegalArgumentException("Nothing can befall " + target);
    }
    return victim;
  }

  /** Drops what has not begun; does not wait for what has. */
  @Override
  public void close() {
    threads.values().forEach(ScheduledExecutorService::shutdownNow);
  }
}
