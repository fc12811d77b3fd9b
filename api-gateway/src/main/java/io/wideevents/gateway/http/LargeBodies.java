package io.wideevents.gateway.http;

import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Has large bodies checked and encoded a few at a time. That takes a processor for as long as it
 * lasts, a second for the largest on a busy machine, and a virtual thread gives it up to nobody: as
 * many large bodies as there are processors keep every small request waiting, for health as well.
 *
 * <p>Measured with eight clients on two busy processors, small requests beside them at the median:
 * bodies of 21 MB and ample memory, 2 to 4 s without turns and 40 ms with them; bodies of 4 MB and
 * the default memory, 0.4 to 2.4 s and 0.15 to 0.25 s. The price is the large bodies': those that
 * wait hold memory, so more of them are answered 429.
 *
 * <p>First come, first served. Safe for concurrent use.
 */
final class LargeBodies {
  /**
   * Smaller ones are done within some tens of milliseconds; and batches of a thousand events, which
   * senders in bulk post, should have all processors.
   */
  static final int LARGE_BYTES = 4 << 20;

  private final Semaphore turns;

  /**
   * @param atOnce how many may be worked on at a time
   */
  LargeBodies(int atOnce) {
    this.turns = new Semaphore(atOnce, true);
  }

  /** Leaves one processor, if there is more than one, to everything else. */
  static LargeBodies leavingOneProcessor() {
    return new LargeBodies(Math.max(1, Runtime.getRuntime().availableProcessors() - 1));
  }

  /**
   * Does the work, which must not wait for anything; a large body's when it has its turn. How many
   * may wait is bounded by the memory they hold.
   */
  <T> T inTurn(int bodyBytes, Supplier<T> work) {
    if (bodyBytes < LARGE_BYTES) {
      return work.get();
    }
    turns.acquireUninterruptibly();
    try {
      return work.get();
    } finally {
      turns.release();
    }
  }

  /** How many wait for their turn, about. */
  int waiting() {
    return turns.getQueueLength();
  }
}
