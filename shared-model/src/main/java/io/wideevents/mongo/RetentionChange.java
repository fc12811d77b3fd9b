package io.wideevents.mongo;

/**
 * Which changes of the retention a process may make. The retention is a property of the collection
 * and shared by all processes. A shorter retention deletes events within a minute.
 */
public enum RetentionChange {
  /**
   * The library inside a service, and tools: never changes the retention, also not of a new
   * collection.
   */
  NONE,
  /** A starting worker or gateway: only changes that delete no event that is kept today. */
  LENGTHEN,
  /** {@code log-worker init}, after an operator or a script has agreed to what it deletes. */
  ANY
}
