package io.wideevents.gateway.http.connections;

/** Whether a request counts against the limits of requests under way. */
public enum RequestKind {
  /** Counts. The limits keep connections and threads free for {@link #RESERVED}. */
  COUNTED,
  /**
   * A request for health or metrics. Does not count, but its connection may be closed when a limit
   * is reached.
   */
  RESERVED
}
