package io.wideevents.sample;

import io.wideevents.inprocess.WideEvents;
import io.wideevents.logging.LoggingContext;

/** Runs one job that leaves one event, and ends. */
public final class SampleService {
  private SampleService() {}

  /** Reads the settings of the library from the environment. */
  public static void main(String... arguments) throws Exception {
    try (WideEvents events = WideEvents.start("sample-service", System.getenv())) {
      events.logging().call("job sample", () -> LoggingContext.current().set("sample.answer", 42));
    }
  }
}
