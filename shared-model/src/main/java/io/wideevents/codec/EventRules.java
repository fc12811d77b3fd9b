package io.wideevents.codec;

import io.wideevents.event.EventLimits;
import java.time.Instant;
import java.util.Set;

/**
 * The rules for reading one event.
 *
 * @param names which names are allowed and which values are redacted
 * @param redactedText the parts of texts that are replaced
 * @param maxEventBytes the event's own JSON bytes
 * @param maxDepth nesting of objects and arrays, the event itself being 1
 * @param maxFields fields at any depth
 * @param oldestMillis earliest timestamp, in milliseconds since the epoch
 * @param newestMillis latest timestamp, in milliseconds since the epoch
 */
record EventRules(
    Origin origin,
    NameRules names,
    ValuePattern redactedText,
    int maxEventBytes,
    int maxDepth,
    int maxFields,
    long oldestMillis,
    long newestMillis) {
  /** MongoDB stores no document that nests deeper. */
  private static final int MONGODB_MAX_DEPTH = 100;

  /** The rules for events that the gateway has accepted: the limits of MongoDB itself. */
  static final EventRules ACCEPTED =
      new EventRules(
          Origin.GATEWAY,
          new NameRules(Integer.MAX_VALUE, Set.of()),
          ValuePattern.NONE,
          Integer.MAX_VALUE,
          MONGODB_MAX_DEPTH,
          Integer.MAX_VALUE,
          Long.MIN_VALUE,
          Long.MAX_VALUE);

  /** The rules for text that was not checked yet. */
  static EventRules strict(Origin origin, EncoderSettings settings, NameRules names, Instant now) {
    EventLimits limits = settings.limits();
    return new EventRules(
        origin,
        names,
        settings.redactedText(),
        limits.maxEventBytes(),
        limits.maxDepth(),
        limits.maxFields(),
        now.minus(settings.retention()).toEpochMilli(),
        now.plus(settings.maxFuture()).toEpochMilli());
  }
}
