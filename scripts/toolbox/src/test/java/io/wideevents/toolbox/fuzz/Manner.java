package io.wideevents.toolbox.fuzz;

/** How a client sends its request and takes the reply. */
enum Manner {
  AT_ONCE,
  /** In writes of a few bytes to a few kilobytes, without pauses. */
  SMALL_WRITES,
  /** Sends all, ends its direction of the connection, and reads. */
  HALF_CLOSE,
  /** Sends the same request again on the same connection after each reply. */
  KEPT,
  /** Sends the same request several times before it reads the first reply. */
  PIPELINED,
  /** A few bytes at a time with pauses; then nothing more. */
  TRICKLE,
  /** The head a byte at a time with pauses. */
  SLOW_HEAD,
  /** A part, and then nothing until the server gives up. */
  STALL,
  /** Resets the connection in the middle of the body. */
  RESET,
  /** Sends all and does not read the reply for a while. */
  NO_READ
}
