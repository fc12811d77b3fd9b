package io.wideevents.codec;

import io.wideevents.event.EventLimits;
import java.time.Duration;
import java.util.Set;

/**
 * The rules an encoder holds events to.
 *
 * @param limits bounds of one event
 * @param maxEvents events in one body, at least 1
 * @param retention age at which MongoDB's TTL would delete an event at once; older ones are refused
 * @param maxFuture how far ahead of the clock a timestamp may lie
 * @param redactedNames names of fields whose value is replaced by {@code "[REDACTED]"} at any
 *     depth, in lower case; a leading or trailing {@code *} matches any beginning or ending
 */
public record EncoderSettings(
    EventLimits limits,
    int maxEvents,
    Duration retention,
    Duration maxFuture,
    Set<String> redactedNames) {
  public static final Duration DEFAULT_RETENTION = Duration.ofDays(30);
  public static final Duration DEFAULT_MAX_FUTURE = Duration.ofHours(24);
  public static final int DEFAULT_MAX_EVENTS = 10_000;

  public static final EncoderSettings DEFAULT =
      new EncoderSettings(
          EventLimits.DEFAULT, DEFAULT_MAX_EVENTS, DEFAULT_RETENTION, DEFAULT_MAX_FUTURE, Set.of());

  public EncoderSettings {
    if (maxEvents < 1) {
      throw new IllegalArgumentException("maxEvents=" + maxEvents + " is not positive");
    }
    redactedNames = Set.copyOf(redactedNames);
  }
}
