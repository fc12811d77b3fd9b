package io.wideevents.toolbox.demo;

import java.time.Instant;

/**
 * The settings of the demo.
 *
 * @param events number of events to send, at least 1
 * @param seed selects the events
 * @param ending what happens after the report
 * @param begin when the user started the command
 */
record DemoSettings(long events, long seed, Ending ending, Instant begin) {

  /** What happens after the report. */
  enum Ending {
    STOP,
    KEEP
  }
}
