package io.wideevents.worker.simulation;

/** Situations that a run may meet. A test requires that many runs meet each. */
enum Sighting {
  ALREADY_STORED,
  CONFLICT,
  LATE_ANSWER,
  WRITE_NEVER_ANSWERED,
  POISON_PROVEN,
  DEAD_LETTER_UNCONFIRMED,
  DEAD_LETTER_NEVER_ANSWERED,
  BRAKED,
  PAUSED,
  WOKEN,
  REVOKED,
  LOST,
  COMMIT_REJECTED,
  OUT_OF_RANGE,
  LOG_TRUNCATED,
  TOPIC_CREATED_AGAIN,
  SESSION_FAILED,
  CRASHED,
  STOPPED
}
