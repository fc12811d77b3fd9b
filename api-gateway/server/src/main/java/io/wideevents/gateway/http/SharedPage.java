package io.wideevents.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * A page that is expensive to render, rendered once for all requests that wait for it. At most ten
 * renderings start per second, so the requests use a bounded part of the processors. A request gets
 * a page whose rendering started after the request arrived.
 *
 * <p>Safe for concurrent use. Blocks for at most {@link #INTERVAL} and the rendering of two pages.
 */
final class SharedPage {
  static final Duration INTERVAL = Duration.ofMillis(100);

  private final Supplier<String> source;
  // Fair, because a later request must not start the next rendering before the waiting requests
  // have this page.
  private final ReentrantLock lock = new ReentrantLock(true);
  private volatile long begun;
  private long made;
  private long lastBegin = System.nanoTime() - INTERVAL.toNanos();
  private byte[] page = {};

  SharedPage(Supplier<String> source) {
    this.source = source;
  }

  /**
   * Returns the page in UTF-8; the array is shared between requests. Throws what the source throws.
   */
  byte[] get() {
    long begunBefore = begun;
    lock.lock();
    try {
      if (made <= begunBefore) {
        make();
      }
      return page;
    } finally {
      lock.unlock();
    }
  }

  private void make() {
    LockSupport.parkNanos(lastBegin + INTERVAL.toNanos() - System.nanoTime());
    lastBegin = System.nanoTime();
    long number = begun + 1;
    begun = number;
    page = source.get().getBytes(UTF_8);
    made = number;
  }
}
