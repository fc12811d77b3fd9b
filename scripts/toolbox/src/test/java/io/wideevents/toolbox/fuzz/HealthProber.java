package io.wideevents.toolbox.fuzz;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Requests {@code /health/live} every 100 ms, on a new connection and on one that is kept open, and
 * records the time of each reply.
 *
 * <p>A thread that only sleeps measures the pauses of this JVM, for example for garbage collection.
 * The pauses are subtracted.
 */
@SuppressWarnings("try") // A resource is held by being open.
final class HealthProber implements AutoCloseable {
  private static final Duration INTERVAL = Duration.ofMillis(100);
  private static final Duration TICK = Duration.ofMillis(5);
  // Less is what a scheduler does to any thread of a busy machine.
  private static final Duration STANDSTILL = Duration.ofMillis(50);
  private static final int TIMEOUT_MILLIS = 30_000;

  private final FuzzClient client;
  private final AtomicLong stoodStillNanos = new AtomicLong();
  private final List<Probe> probes = Collections.synchronizedList(new ArrayList<>());
  private final long startNanos = System.nanoTime();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean stopped;

  /**
   * One question.
   *
   * @param at how long after the start
   * @param took until the whole reply was read
   * @param failure why there was none with status 200; else empty
   */
  record Probe(boolean onKeptConnection, Duration at, Duration took, String failure) {}

  HealthProber(FuzzClient client) {
    this.client = client;
  }

  void start() {
    threads.add(thread("fuzz-ticks", this::tick));
    threads.add(thread("fuzz-health-fresh", this::askOnFresh));
    threads.add(thread("fuzz-health-kept", this::askOnKept));
  }

  List<Probe> probes() {
    synchronized (probes) {
      return List.copyOf(probes);
    }
  }

  /** How long this JVM stood still in all. */
  Duration stoodStill() {
    return Duration.ofNanos(stoodStillNanos.get());
  }

  private static Thread thread(String name, Runnable task) {
    Thread thread =
        Thread.ofPlatform().daemon().name(name).priority(Thread.MAX_PRIORITY).unstarted(task);
    thread.start();
    return thread;
  }

  private void tick() {
    while (!stopped) {
      long before = System.nanoTime();
      LockSupport.parkNanos(TICK.toNanos());
      long late = System.nanoTime() - before - TICK.toNanos();
      if (late > STANDSTILL.toNanos()) {
        stoodStillNanos.addAndGet(late);
      }
    }
  }

  private void askOnFresh() {
    while (!stopped) {
      ask(
          false,
          () -> {
            try (Socket socket = client.connect()) {
              return answer(socket, socket.getInputStream(), "close");
            }
          });
    }
  }

  private void askOnKept() {
    while (!stopped) {
      try (Socket socket = client.connect()) {
        InputStream in = new BufferedInputStream(socket.getInputStream());
        while (!stopped && ask(true, () -> answer(socket, in, "keep-alive"))) {
          // Until the gateway ends the connection, which is a failure.
        }
      } catch (IOException e) {
        probes.add(new Probe(true, at(), Duration.ZERO, e.toString()));
      }
    }
  }

  private boolean ask(boolean onKeptConnection, Question question) {
    Duration at = at();
    long before = System.nanoTime();
    long stoodStillBefore = stoodStillNanos.get();
    String failure;
    try {
      failure = question.ask();
    } catch (IOException e) {
      failure = e.toString();
    }
    long nanos = System.nanoTime() - before;
    if (nanos > STANDSTILL.toNanos()) {
      // The ticking thread may wake up after this one from the same standstill.
      LockSupport.parkNanos(STANDSTILL.toNanos());
      nanos = Math.max(0, nanos - (stoodStillNanos.get() - stoodStillBefore));
    }
    probes.add(new Probe(onKeptConnection, at, Duration.ofNanos(nanos), failure));
    LockSupport.parkNanos(INTERVAL.toNanos() - nanos);
    return failure.isEmpty();
  }

  private static String answer(Socket socket, InputStream in, String connection)
      throws IOException {
    socket.setSoTimeout(TIMEOUT_MILLIS);
    socket
        .getOutputStream()
        .write(
            "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: %s\r\n\r\n"
                .formatted(connection)
                .getBytes(US_ASCII));
    Optional<FuzzReply> reply = FuzzReply.read(in, "GET");
    return reply.isEmpty()
        ? "no reply"
        : reply.get().status() == 200 ? "" : "status " + reply.get().status();
  }

  private Duration at() {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }

  private interface Question {
    String ask() throws IOException;
  }

  @Override
  public void close() throws InterruptedException {
    stopped = true;
    for (Thread thread : threads) {
      thread.join(TimeUnit.SECONDS.toMillis(60));
    }
  }
}
