package io.wideevents.codec;

import io.wideevents.event.EventLimits;
import java.time.Duration;
import java.util.Set;

/**
 * The rules by which an encoder checks events.
 *
 * @param limits limits of one event
 * @param maxEvents events in one body, at least 1; see {@link #maxEvents(int)}
 * @param retention age at which MongoDB's TTL would delete an event at once; older events are
 *     rejected
 * @param maxFuture how far ahead of the clock a timestamp may be
 * @param redactedNames names of fields whose whole value, of whatever type, is replaced by {@code
 *     "[REDACTED]"} at any depth, compared without regard to case; a leading or trailing {@code *}
 *     matches any beginning or ending, including none. The event's own {@code requestId}, {@code
 *     service}, {@code route}, {@code timestamp}, {@code eventId} and names starting with {@code _}
 *     are never redacted
 * @param redactedText the parts of texts that are replaced in values with any other name; names,
 *     numbers, and fields that are never redacted by name are not changed
 */
public record EncoderSettings(
    EventLimits limits,
    int maxEvents,
    Duration retention,
    Duration maxFuture,
    Set<String> redactedNames,
    ValuePattern redactedText) {
  public static final Duration DEFAULT_RETENTION = Duration.ofDays(30);
  public static final Duration DEFAULT_MAX_FUTURE = Duration.ofHours(24);
  public static final int DEFAULT_MAX_EVENTS = 100_000;

  /** A body may have this many events of any size. */
  private static final int EVENTS_OF_ANY_SIZE = 10_000;

  /** Further events must have this many bytes on average. A valid event has more. */
  private static final int LEAST_BYTES_PER_EVENT = 32;

  /** Common names of fields with secrets. */
  public static final Set<String> DEFAULT_REDACTED_NAMES =
      Set.of(
          "*password",
          "passwd",
          "pwd",
          "passphrase",
          "authorization",
          "proxy-authorization",
          "proxy_authorization",
          "cookie",
          "cookies",
          "set-cookie",
          "set_cookie",
          "*token",
          "*secret",
          "*api_key",
          "*api-key",
          "*apikey",
          "*private_key",
          "*privatekey",
          "*secret_key",
          "*secretkey",
          "credentials");

  public static final EncoderSettings DEFAULT =
      new EncoderSettings(
          EventLimits.DEFAULT,
          DEFAULT_MAX_EVENTS,
          DEFAULT_RETENTION,
          DEFAULT_MAX_FUTURE,
          DEFAULT_REDACTED_NAMES);

  /** Redacts by name only. */
  public EncoderSettings(
      EventLimits limits,
      int maxEvents,
      Duration retention,
      Duration maxFuture,
      Set<String> redactedNames) {
    this(limits, maxEvents, retention, maxFuture, redactedNames, ValuePattern.NONE);
  }

  public EncoderSettings {
    if (maxEvents < 1) {
      throw new IllegalArgumentException("maxEvents=" + maxEvents + " is not positive");
    }
    if (retention.isNegative() || retention.isZero()) {
      throw new IllegalArgumentException("retention=" + retention + " is not positive");
    }
    if (maxFuture.isNegative()) {
      throw new IllegalArgumentException("maxFuture=" + maxFuture + " is negative");
    }
    redactedNames = Set.copyOf(redactedNames);
    redactedNames.forEach(NamePattern::parse);
  }

  /**
   * The number of events that a body of this length may have. The work for an event does not shrink
   * with the event, so a small body must not have a hundred thousand empty events.
   */
  public int maxEvents(int bodyBytes) {
    return Math.min(maxEvents, Math.max(EVENTS_OF_ANY_SIZE, bodyBytes / LEAST_BYTES_PER_EVENT));
  }
}
