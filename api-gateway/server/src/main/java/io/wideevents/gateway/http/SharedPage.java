package io.wideevents.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * A page that takes much processor time, made once for all requests that wait for it. Making it
 * begins at most ten times a second, so that any number of requests takes a bounded part of the
 * processors. A request gets a page whose making began after the request came.
 *
 * <p>Safe for concurrent use. Blocks for {@link #INTERVAL} and the making of two pages at most.
 */
final class SharedPage {
  static final Duration INTERVAL = Duration.ofMillis(100);

  private final Supplier<String> source;
  // Fair: a request that comes later must not begin the next page before those that wait have this
  // one.
  private final ReentrantLock lock = new ReentrantLock(true);
  private volatile long begun;
  private long made;
  private long lastBegin = System.nanoTime() - INTERVAL.toNanos();
  private byte[] page = {};

  SharedPage(Supplier<String> source) {
    this.source = source;
  }

  /** The page in UTF-8, shared with other requests. What the source throws is thrown here. */
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
