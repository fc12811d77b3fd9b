package io.wideevents.toolbox.fuzz;

import io.wideevents.codec.BodyPattern;

/**
 * A generated request.
 *
 * @param seed makes this request again
 * @param method as it stands in the head
 * @param head the request line and the headers, with the empty line after them
 * @param content what follows the head, in the framing that the head announces, or in none
 * @param isOrdinary whether the head and the framing are those of a proper client, who gets a reply
 *     whatever the body is
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record FuzzRequest(
    long seed,
    BodyPattern pattern,
    BodyPacking packing,
    Manner manner,
    String method,
    byte[] head,
    byte[] content,
    boolean isOrdinary) {

  /** Whether the client waits for its reply in a manner that the gateway has to answer. */
  boolean mustBeAnswered() {
    return isOrdinary
        && switch (manner) {
          case AT_ONCE, SMALL_WRITES, HALF_CLOSE, KEPT -> true;
          case PIPELINED, TRICKLE, SLOW_HEAD, STALL, RESET, NO_READ -> false;
        };
  }

  @Override
  public String toString() {
    return "seed %d: %s, %s, %s, %s with a head of %d and a content of %d bytes"
        .formatted(seed, method, pattern, packing, manner, head.length, content.length);
  }
}
