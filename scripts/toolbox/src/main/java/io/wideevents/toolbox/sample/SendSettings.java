package io.wideevents.toolbox.sample;

/**
 * How sample events are sent.
 *
 * @param batchEvents events in a request, at least 1
 * @param concurrency requests in flight at the same time, at least 1
 * @param eventsPerSecond 0 for no limit
 * @param transfer encoding of a body
 * @param maxRetries retries of a request after 429, 503 or no answer
 */
public record SendSettings(
    int batchEvents, int concurrency, double eventsPerSecond, Transfer transfer, int maxRetries) {
  public static final SendSettings DEFAULT = new SendSettings(100, 4, 0, Transfer.PLAIN, 10);

  /** The encoding of a body. */
  public enum Transfer {
    PLAIN,
    GZIP
  }

  public SendSettings withConcurrency(int concurrency) {
    return new SendSettings(batchEvents, concurrency, eventsPerSecond, transfer, maxRetries);
  }

  public SendSettings withEventsPerSecond(double eventsPerSecond) {
    return new SendSettings(batchEvents, concurrency, eventsPerSecond, transfer, maxRetries);
  }
}
