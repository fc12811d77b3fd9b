package io.wideevents.sampleclient;

import io.wideevents.client.WideEventsClient;
import io.wideevents.logging.LoggingContext;

/** Runs one job that leaves one event at a gateway, and ends. */
public final class SampleClient {
  private SampleClient() {}

  /** Reads the settings of the client from the environment. */
  public static void main(String... arguments) throws Exception {
    try (WideEventsClient events = WideEventsClient.start("sample-client", System.getenv())) {
      events.logging().call("job sample", () -> LoggingContext.current().set("sample.answer", 42));
    }
  }
}
