package io.wideevents.toolbox.benchmark;

import io.wideevents.stack.ChildProcess;
import io.wideevents.toolbox.load.ClosedLoop;
import io.wideevents.toolbox.load.RequestBody;
import io.wideevents.toolbox.load.Window;
import java.net.URI;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/** A process that takes events over HTTP. Counts what it acknowledged. Used by one thread. */
final class LoadedServer {
  private static final int ACKNOWLEDGED = 202;
  private static final Duration LONE_PAUSE = Duration.ofMillis(10);
  private static final double MICROS = 1e6;
  private static final Duration REPLAY_TIMEOUT = Duration.ofSeconds(20);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

  private final String name;
  private final ChildProcess process;
  private final URI url;
  private final LongSupplier durable;
  private long acknowledged;

  /**
   * @param durable counts the events that the process has made durable
   */
  LoadedServer(String name, ChildProcess process, URI url, LongSupplier durable) {
    this.name = name;
    this.process = process;
    this.url = url;
    this.durable = durable;
  }

  /**
   * What was measured during one load.
   *
   * @param window the requests
   * @param cpuMicros CPU time of the process for each event
   * @param otherWork the share of the processors that other programs took
   */
  record Measured(Window window, double cpuMicros, double otherWork) {}

  URI url() {
    return url;
  }

  long pid() {
    return process.pid();
  }

  ClosedLoop load(Stream<RequestBody> bodies, int connections) {
    return new ClosedLoop(
        url.resolve("/v1/events"), bodies, connections, status -> status == ACKNOWLEDGED);
  }

  ClosedLoop loneLoad(Stream<RequestBody> bodies) {
    return ClosedLoop.lone(
        url.resolve("/v1/events"), bodies, LONE_PAUSE, status -> status == ACKNOWLEDGED);
  }

  /**
   * Measures under load.
   *
   * @param eventsInBody events in each body of the load
   * @throws IllegalStateException if a request was not acknowledged
   */
  Measured measure(ClosedLoop load, int eventsInBody, Duration duration) {
    OtherWork otherWork = OtherWork.begin();
    double before = ProcessUsage.cpuSeconds(pid());
    Window window = load.run(duration);
    double cpuSeconds = ProcessUsage.cpuSeconds(pid()) - before;
    count(window, eventsInBody);
    double events = (double) window.requests() * eventsInBody;
    return new Measured(window, cpuSeconds * MICROS / events, otherWork.share());
  }

  /**
   * Counts the requests of another load.
   *
   * @throws IllegalStateException if a request was not acknowledged
   */
  void count(Window window, int eventsInBody) {
    if (window.failed() > 0) {
      throw process.failure(
          "did not acknowledge %,d of %,d requests"
              .formatted(window.failed(), window.failed() + window.requests()));
    }
    acknowledged += window.requests() * eventsInBody;
  }

  /**
   * Checks that every acknowledged event is durable. Waits for events that are on their way from
   * the spool.
   *
   * @throws IllegalStateException if an event is missing
   */
  void verifyDurable() throws InterruptedException {
    verifyDurable(REPLAY_TIMEOUT);
  }

  void verifyDurable(Duration timeout) throws InterruptedException {
    long end = System.nanoTime() + timeout.toNanos();
    long found = durable.getAsLong();
    while (found < acknowledged) {
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException(
            "The %s acknowledged %,d events, and %,d are durable"
                .formatted(name, acknowledged, found));
      }
      Thread.sleep(LOOK_AGAIN);
      found = durable.getAsLong();
    }
  }
}
