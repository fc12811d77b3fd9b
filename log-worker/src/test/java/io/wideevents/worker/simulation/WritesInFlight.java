package io.wideevents.worker.simulation;

import java.util.concurrent.CompletableFuture;

/** Writes of one worker's life that are not answered and within the writer's time bound. */
final class WritesInFlight {
  private final SimulatedClock time;
  private int count;

  WritesInFlight(SimulatedClock time) {
    this.time = time;
  }

  int count() {
    return count;
  }

  void began(CompletableFuture<?> answer) {
    count++;
    boolean[] counted = {true};
    Runnable ended =
        () -> {
          if (counted[0]) {
            counted[0] = false;
            count--;
          }
        };
    var unused = answer.whenComplete((outcomes, failure) -> ended.run());
    time.after(SimulatedMongo.WRITER_BOUND, ended);
  }
}
