package io.wideevents.worker.config;

/** Whether the dead-letter brake may stop the worker. */
public enum BrakeMode {
  ON,
  OFF
}
