package io.wideevents.toolbox.sample;

/**
 * How sample events are sent.
 *
 * @param batchEvents events in a request, at least 1
 * @param concurrency requests in flight at the same time, at least 1
 * @param eventsPerSecond 0 for no limit
 * @param gzip whether bodies are compressed
 * @param maxRetries retries of a request after 408, 429, 503 or no answer
 */
public record SendSettings(
    int batchEvents, int concurrency, double eventsPerSecond, boolean gzip, int maxRetries) {
  public static final SendSettings DEFAULT = new SendSettings(100, 4, 0, false, 10);

  public SendSettings withConcurrency(int concurrency) {
    return new SendSettings(batchEvents, concurrency, eventsPerSecond, gzip, maxRetries);
  }

  public SendSettings withEventsPerSecond(double eventsPerSecond) {
    return new SendSettings(batchEvents, concurrency, eventsPerSecond, gzip, maxRetries);
  }
}
