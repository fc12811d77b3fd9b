package io.wideevents.toolbox.sample;

import io.wideevents.toolbox.load.LoadClient;
import io.wideevents.toolbox.load.LoadGenerator;
import io.wideevents.toolbox.load.Tally;
import io.wideevents.toolbox.terminal.Progress;
import java.net.URI;
import java.util.stream.Stream;

/** Sends sample traffic to a gateway, with several requests in flight. */
public final class SampleSender {
  private SampleSender() {}

  /**
   * Sends events and blocks until the last answer.
   *
   * @param gateway its address, with or without the path of the events
   * @param count events to take from {@code traffic}, at least 1
   * @return the counts of the outcomes
   */
  public static Tally send(
      URI gateway, SampleTraffic traffic, long count, SendSettings settings, Progress progress)
      throws InterruptedException {
    Tally tally = new Tally();
    double requestsPerSecond = settings.eventsPerSecond() / settings.batchEvents();
    try (LoadClient client = new LoadClient(gateway, LoadClient.Timing.DEFAULT, tally)) {
      Stream<LoadGenerator.Request> requests =
          traffic
              .batches(count, settings.batchEvents())
              .map(batch -> settings.gzip() ? batch.gzip() : batch)
              .map(
                  body ->
                      due -> {
                        client.post(body, failures -> failures <= settings.maxRetries());
                        progress.update(tally.done());
                      });
      new LoadGenerator(requestsPerSecond, settings.concurrency()).run(requests.iterator());
    }
    progress.finish(tally.done());
    return tally;
  }
}
