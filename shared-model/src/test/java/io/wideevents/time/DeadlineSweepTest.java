package io.wideevents.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class DeadlineSweepTest {
  private static final Duration STEP = DeadlineSweep.STEP;

  private final Deque<Runnable> steps = new ArrayDeque<>();
  private final CompletableFuture<String> future = new CompletableFuture<>();
  private long nanos;
  private boolean rejects;
  private boolean lacksMemory;
  private final DeadlineSweep sweep = new DeadlineSweep(this::nanoTime, this::afterStep);

  @Test
  void sweep_actsForAFutureThatIsNotCompleteByItsDeadline() {
    // Given
    sweep.add(future, STEP.multipliedBy(2).minusNanos(1), () -> future.complete("late"));

    // When, Then
    step();
    assertThat(future).isNotDone();
    step();
    assertThat(future).isCompletedWithValue("late");
  }

  @Test
  void sweep_forgetsAFutureThatIsCompleteAndThenEnds() {
    // Given
    sweep.add(future, Duration.ofHours(1), () -> future.complete("late"));
    assertThat(steps).hasSize(1);

    // When
    future.complete("in time");
    step();

    // Then no sweep is scheduled any more
    assertThat(steps).isEmpty();
    assertThat(future).isCompletedWithValue("in time");
  }

  @Test
  void sweep_goesOnWhileAFutureIsPending() {
    sweep.add(future, Duration.ofHours(1), () -> future.complete("late"));

    for (int i = 0; i < 10; i++) {
      step();
      assertThat(steps).hasSize(1);
    }
  }

  @Test
  void sweep_failsTheFutureWhoseActionThrowsAndActsForTheOthers() {
    // Given
    CompletableFuture<String> other = new CompletableFuture<>();
    sweep.add(
        future,
        Duration.ZERO,
        () -> {
          throw new OutOfMemoryError("for a test");
        });
    sweep.add(other, Duration.ZERO, () -> other.complete("late"));

    // When
    step();

    // Then
    assertThat(future).isCompletedExceptionally();
    assertThat(other).isCompletedWithValue("late");
  }

  @Test
  void sweep_goesOnAfterAFutureThatCannotEvenFail() {
    // Given a future whose action fails, and no memory for its failure
    CompletableFuture<String> broken =
        new CompletableFuture<>() {
          @Override
          public boolean completeExceptionally(Throwable failure) {
            throw new OutOfMemoryError("for a test");
          }
        };
    sweep.add(
        broken,
        Duration.ZERO,
        () -> {
          throw new OutOfMemoryError("for a test");
        });
    sweep.add(future, Duration.ZERO, () -> future.complete("late"));

    // When
    assertThatThrownBy(this::step).isInstanceOf(OutOfMemoryError.class);

    // Then the next sweep acts for the other future
    assertThat(steps).hasSize(1);
    step();
    assertThat(future).isCompletedWithValue("late");
  }

  @Test
  void add_isIgnoredForAFutureThatIsComplete() {
    future.complete("in time");

    sweep.add(future, Duration.ZERO, () -> future.complete("late"));

    assertThat(steps).isEmpty();
  }

  @Test
  void add_schedulesTheSweepAfterOneThatCouldNotBeScheduled() {
    // Given
    rejects = true;
    assertThatThrownBy(() -> sweep.add(future, Duration.ZERO, () -> future.complete("late")))
        .isInstanceOf(RejectedExecutionException.class);
    rejects = false;

    // When
    sweep.add(new CompletableFuture<>(), Duration.ZERO, () -> {});
    step();

    // Then
    assertThat(future).isCompletedWithValue("late");
  }

  @Test
  void sweep_isScheduledAgainAfterAnError() {
    // Given
    sweep.add(future, STEP, () -> future.complete("late"));
    lacksMemory = true;
    assertThatThrownBy(this::step).isInstanceOf(OutOfMemoryError.class);
    lacksMemory = false;

    // When
    step();

    // Then
    assertThat(future).isCompletedWithValue("late");
  }

  @Test
  void systemTiming_completesAFutureAfterTheDelay() throws Exception {
    var unused = Timing.system().completeOnTimeout(future, "late", Duration.ofMillis(1));

    assertThat(future.get(30, TimeUnit.SECONDS)).isEqualTo("late");
  }

  private long nanoTime() {
    if (lacksMemory) {
      throw new OutOfMemoryError("for a test");
    }
    return nanos;
  }

  private void afterStep(Runnable task) {
    if (rejects) {
      throw new RejectedExecutionException("for a test");
    }
    steps.add(task);
  }

  /** Lets one step pass. */
  private void step() {
    nanos += STEP.toNanos();
    steps.remove().run();
  }
}
