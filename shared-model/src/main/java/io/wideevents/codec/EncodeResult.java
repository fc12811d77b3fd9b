package io.wideevents.codec;

import io.wideevents.event.DeadLetterReason;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventProblem;
import java.util.List;

/** The result of reading one posted event. */
public sealed interface EncodeResult {

  /**
   * The event follows every rule.
   *
   * @param redactedValues number of its values that were replaced, whole or in part
   */
  record Encoded(EncodedEvent event, int redactedValues) implements EncodeResult {}

  /**
   * The event breaks a rule and would break it again.
   *
   * @param line the event's line in the body, from 1, in an NDJSON body; else 0
   * @param problems all problems found, at least one
   * @param text the event as it was sent, for its dead letter
   */
  record Rejected(long line, List<EventProblem> problems, RejectedText text)
      implements EncodeResult {
    public Rejected {
      problems = List.copyOf(problems);
    }

    /** The reason in the event's dead letter. */
    public DeadLetterReason reason() {
      return Poisons.of(problems).reason();
    }

    /** The problems in one text, for the event's dead letter. */
    public String description() {
      return Poisons.of(problems).message();
    }
  }
}
