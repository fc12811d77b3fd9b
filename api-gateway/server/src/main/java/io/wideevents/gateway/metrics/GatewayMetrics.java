package io.wideevents.gateway.metrics;

import io.wideevents.event.Tier;
import java.time.Duration;

/**
 * Counts posted requests and their events.
 *
 * <p>Events and requests are counted separately, because a request can be rejected before the
 * number of its events is known:
 *
 * <ul>
 *   <li>A <b>request</b> that is rejected as a whole - not JSON, too large, no key, wrong media
 *       type, no memory, draining - is counted by the {@code code} of its problem, and none of its
 *       events is counted. For {@code internal_error} that is true only if the error occurred
 *       before the body was checked.
 *   <li>Once the whole body has been read and checked, each of its <b>events</b> is counted as
 *       received, duplicates included, and then as exactly one of accepted, rejected and
 *       unconfirmed. A single event that breaks a rule is a rejected event, not a rejected request.
 * </ul>
 *
 * <p>At any moment <b>received = accepted + rejected + unconfirmed + in flight</b>. When no request
 * is under way, in flight is 0. If a client sends an event again after a reply with 503, the event
 * counts again: the metrics count posted events, not distinct events.
 *
 * <p>Alert on unconfirmed events (no tier acknowledged them, and clients must retry), on accepted
 * events of the tier {@code spool} (both backends are down), and on rejected events when their
 * share increases suddenly (a client was deployed with a mistake).
 *
 * <p>Implementations are safe for concurrent use, do not block, and never throw.
 */
public interface GatewayMetrics {
  /** Counts the events of a body that was read completely and is JSON. */
  void received(int events);

  /** Counts received events that became durable in the tier. */
  void accepted(Tier tier, int events);

  /**
   * Counts received events that break a rule, or that the database rejects.
   *
   * @param reason stable code of the first problem, from a closed list
   */
  void rejected(String reason, int events);

  /** Counts rejected events that the dead-letter topic has acknowledged. */
  void deadLettered(int events);

  /** Counts received events that no tier acknowledged in time; they may be durable nevertheless. */
  void unconfirmed(int events);

  /**
   * Counts a request that has accepted events and no unconfirmed event.
   *
   * @param weakest the weakest tier that stored one of the events
   * @param took time from the last byte of the body until every event had an outcome
   */
  void acknowledged(Tier weakest, Duration took);

  /**
   * Counts a request that was rejected as a whole.
   *
   * @param code stable code of the problem, from a closed list
   */
  void requestRefused(String code);

  /**
   * Counts spans or log records of OpenTelemetry that do not become events. They are not received
   * events.
   *
   * @param signal {@code traces} or {@code logs}
   */
  void skipped(String signal, int items);

  /** Counts values that were replaced by {@code [REDACTED]} in accepted or unconfirmed events. */
  void redacted(long values);
}
