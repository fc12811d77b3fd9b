package io.wideevents.toolbox.benchmark;

import io.wideevents.stack.ChildProcess;
import io.wideevents.toolbox.load.ClosedLoop;
import io.wideevents.toolbox.load.RequestBody;
import io.wideevents.toolbox.load.Window;
import io.wideevents.toolbox.pipeline.TopicView;
import java.net.URI;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * A process that takes events over HTTP and writes them to its own topic. Counts what it
 * acknowledged. Used by one thread.
 */
final class LoadedServer {
  private static final int ACKNOWLEDGED = 202;
  private static final double MICROS = 1e6;

  private final String name;
  private final ChildProcess process;
  private final URI url;
  private final TopicView topic;
  private long acknowledged;

  LoadedServer(String name, ChildProcess process, URI url, TopicView topic) {
    this.name = name;
    this.process = process;
    this.url = url;
    this.topic = topic;
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
   * Checks that the topic has every acknowledged event.
   *
   * @throws IllegalStateException if an event is missing, or if one was written twice
   */
  void verifyTopic() {
    long records = topic.total();
    if (records != acknowledged) {
      throw new IllegalStateException(
          "The %s acknowledged %,d events, and its topic has %,d records"
              .formatted(name, acknowledged, records));
    }
  }
}
