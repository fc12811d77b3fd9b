package io.wideevents.codec;

import io.wideevents.event.EventLimits;

/**
 * The rules of the event for a service that makes its own, one field at a time: the same limits,
 * names and redaction as for posted events.
 *
 * <p>Safe for concurrent use; one for a whole process is enough.
 */
public final class FieldRules {
  /** Larger events could become documents over MongoDB's limit; see {@link EventBodyReader}. */
  private static final int MAX_EVENT_BYTES = DocumentBuffer.MAX_BYTES / 7;

  private final EventLimits limits;
  private final FieldPaths paths;

  /**
   * @param settings limits and names to redact; retention and body limits mean nothing here
   */
  public FieldRules(EncoderSettings settings) {
    EventLimits given = settings.limits();
    this.limits =
        new EventLimits(
            Math.min(given.maxEventBytes(), MAX_EVENT_BYTES),
            given.maxDepth(),
            Math.max(given.maxFields(), 2 * EventFields.OWN_FIELDS),
            given.maxNameBytes());
    this.paths =
        new FieldPaths(
            new NameRules(limits.maxNameBytes(), settings.redactedNames()),
            settings.redactedText(),
            limits);
  }

  /** The fields of one more request, none yet. */
  public EventFields newFields() {
    return new EventFields(paths, limits);
  }

  /** A composer of the caller's own. */
  public EventComposer newComposer() {
    return new EventComposer(limits.maxEventBytes());
  }
}
