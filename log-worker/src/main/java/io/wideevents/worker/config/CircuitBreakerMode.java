package io.wideevents.worker.config;

/** Whether the dead-letter circuit breaker is enabled. */
public enum CircuitBreakerMode {
  ON,
  OFF
}
