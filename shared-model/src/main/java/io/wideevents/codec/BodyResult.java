package io.wideevents.codec;

import io.wideevents.event.EventProblem;
import java.util.List;

/** The result of reading a posted body. */
public sealed interface BodyResult {

  /**
   * The body was readable: one result per event, in input order, at least one.
   *
   * @param batch whether the body was an array or NDJSON, so that a reply refers to entries
   */
  record Events(List<EncodeResult> results, boolean batch) implements BodyResult {
    public Events {
      results = List.copyOf(results);
    }
  }

  /** The body as a whole is not JSON, not UTF-8 or contains no event; no part of it may be used. */
  record Malformed(EventProblem problem) implements BodyResult {}

  /** The body has more events than allowed; no part of it may be used. */
  record TooManyEvents(EventProblem problem) implements BodyResult {}
}
