package io.wideevents.codec;

import io.wideevents.event.EventLimits;

/**
 * The event's rules for a service that composes its own events, one field at a time: the same
 * limits, names and redaction as for posted events.
 *
 * <p>Safe for concurrent use; a process needs only one.
 */
public final class FieldRules {
  /** A larger event could become a document over MongoDB's limit; see {@link EventBodyReader}. */
  private static final int MAX_EVENT_BYTES = DocumentBuffer.MAX_BYTES / 7;

  private final EventLimits limits;
  private final FieldPaths paths;

  /**
   * @param settings limits and names to redact; retention and body limits are ignored
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

  /** An empty set of fields for one request. */
  public EventFields newFields() {
    return new EventFields(paths, limits);
  }

  /** A new composer, which is not shared. */
  public EventComposer newComposer() {
    return new EventComposer(limits.maxEventBytes());
  }
}
