package io.wideevents.mongo;

/**
 * What a process may do to the retention of events, which is a property of the collection and so
 * shared by all processes. A shorter retention deletes events within a minute.
 */
public enum RetentionChange {
  /** The library inside a service, and tools: leave the retention as it is, also on a new one. */
  NONE,
  /** A starting worker or gateway: only what deletes no event that is kept today. */
  LENGTHEN,
  /** {@code log-worker init}, after a person or a script has agreed to what it deletes. */
  ANY
}
