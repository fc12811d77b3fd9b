package io.wideevents.worker.simulation;

import java.util.SplittableRandom;

/** Random decisions of one part of a simulation. The same seed gives the same decisions. */
final class Dice {
  private static final long MILLI = 1_000_000L;

  private final SplittableRandom random;

  Dice(long seed) {
    this(new SplittableRandom(seed));
  }

  private Dice(SplittableRandom random) {
    this.random = random;
  }

  /** Independent decisions for another part, so that one more draw here changes nothing there. */
  Dice split() {
    return new Dice(random.split());
  }

  SplittableRandom random() {
    return random;
  }

  boolean chance(double probability) {
    return probability > 0 && random.nextDouble() < probability;
  }

  /** A number from {@code least} to {@code most}, both included. */
  int between(int least, int most) {
    return random.nextInt(least, most + 1);
  }

  double between(double least, double most) {
    return least + random.nextDouble() * (most - least);
  }

  /** A time in nanoseconds from {@code least} to {@code most} milliseconds. */
  long millis(long least, long most) {
    return least * MILLI + random.nextLong((most - least) * MILLI + 1);
  }

  /** A time in nanoseconds before {@code end}. */
  long before(long end) {
    return random.nextLong(Math.max(1, end));
  }
}
