package io.wideevents.gateway.metrics;

import io.wideevents.event.Tier;
import java.time.Duration;

/**
 * What happens to posted requests and to the events in them, counted.
 *
 * <p>Events and requests are counted apart, because a request can be refused before anybody knows
 * how many events it holds:
 *
 * <ul>
 *   <li>A <b>request</b> that is refused as a whole - not JSON, too large, no key, wrong media
 *       type, no memory, draining - is counted by the {@code code} of its problem, and none of its
 *       events is counted. Of {@code internal_error} that is true only if it came before the body
 *       was checked.
 *   <li>Once the whole body has been read and checked, each <b>event</b> in it is counted as
 *       received, duplicates included, and then as exactly one of accepted, rejected and
 *       unconfirmed. A single event that breaks a rule is a rejected event, not a refused request.
 * </ul>
 *
 * <p>So at any moment <b>received = accepted + rejected + unconfirmed + in flight</b>, and when no
 * request is under way received = accepted + rejected + unconfirmed, to the last one. A client that
 * sends an event again after an answer 503 makes it count again: these are counts of what was
 * posted, not of distinct events.
 *
 * <p>Alert on unconfirmed events (no tier took them: clients are being turned away), on accepted
 * events of the tier {@code spool} (both backends are down), and on rejected events when their
 * share jumps (a client was deployed with a mistake).
 *
 * <p>Implementations are safe for concurrent use, do not block, and never throw.
 */
public interface GatewayMetrics {
  /** Counts the events of a body that was read whole and is JSON. */
  void received(int events);

  /** Counts received events that became durable. */
  void accepted(Tier tier, int events);

  /**
   * Counts received events that break a rule, or that the database refuses.
   *
   * @param reason the stable code of the first thing wrong with them, of a closed list
   */
  void rejected(String reason, int events);

  /** Counts received events that no tier confirmed in time; they may be durable all the same. */
  void unconfirmed(int events);

  /**
   * Counts a request with accepted events and none unconfirmed.
   *
   * @param weakest the weakest tier that took one of them
   * @param took from the last byte of the body until every event was answered for
   */
  void acknowledged(Tier weakest, Duration took);

  /**
   * Counts a request that was refused as a whole.
   *
   * @param code of its problem, stable, of a closed list
   */
  void requestRefused(String code);

  /** Counts values replaced by {@code [REDACTED]} in accepted or unconfirmed events. */
  void redacted(long values);
}
