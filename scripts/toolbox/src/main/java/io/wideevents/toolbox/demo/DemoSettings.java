package io.wideevents.toolbox.demo;

import java.time.Instant;

/**
 * What a demo is to show.
 *
 * @param events how many are sent, at least 1
 * @param seed picks the events
 * @param ending what comes after the report
 * @param begin when the person who waits for it started to wait
 */
record DemoSettings(long events, long seed, Ending ending, Instant begin) {

  /** What comes after the report. */
  enum Ending {
    STOP,
    KEEP
  }
}
