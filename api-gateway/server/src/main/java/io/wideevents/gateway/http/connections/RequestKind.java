package io.wideevents.gateway.http.connections;

/** Whether a request takes one of the bounded number of requests under way. */
public enum RequestKind {
  /** Counts: the limits keep connections and threads free for {@link #RESERVED}. */
  COUNTED,
  /** Health and metrics: not counted, and its connection may be closed when a limit is reached. */
  RESERVED
}
