package io.wideevents.codec;

import io.wideevents.event.EventProblem;
import java.util.List;

/** What a posted body turned out to be. */
public sealed interface BodyResult {

  /**
   * The body was readable: one result per event, in input order, at least one.
   *
   * @param batch whether the body was an array or NDJSON, so that a reply speaks of entries
   */
  record Events(List<EncodeResult> results, boolean batch) implements BodyResult {
    public Events {
      results = List.copyOf(results);
    }
  }

  /** The body as a whole is not JSON, not UTF-8 or holds no event; nothing of it may be used. */
  record Malformed(EventProblem problem) implements BodyResult {}

  /** The body has more events than allowed; nothing of it may be used. */
  record TooManyEvents(EventProblem problem) implements BodyResult {}
}
