package io.wideevents.delivery.tiers;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.log.LogThrottle;
import java.time.Duration;
import org.slf4j.Logger;

/**
 * Logs the first fallback, and then at most one line per interval. Never throws, because a failing
 * logger must not fail the fallback. Safe for concurrent use.
 *
 * <p>A success between two fallbacks does not make the next one appear earlier. If single events
 * fail, for example because they are too large for the topic, a client could otherwise cause one
 * line for each of them.
 */
final class FallbackLog {
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  private final Logger log;
  private final String message;
  private final LogThrottle throttle = new LogThrottle(INTERVAL);

  /**
   * @param message describes the fallback
   */
  FallbackLog(Logger log, String message) {
    this.log = log;
    this.message = message;
  }

  /** Records a call that the tier did not get. */
  void circuitOpen(int events) {
    throttle.show(notShown -> show(events, notShown, "circuit open"));
  }

  /** Records events that the tier did not confirm; {@code example} is the outcome of one. */
  void notConfirmed(int events, DeliveryOutcome example) {
    throttle.show(notShown -> show(events, notShown, error(example)));
  }

  private void show(int events, long notShown, String error) {
    log.atWarn()
        .addKeyValue("events", events)
        .addKeyValue("notShown", notShown)
        .addKeyValue("error", error)
        .log(message);
  }

  private static String error(DeliveryOutcome outcome) {
    return switch (outcome) {
      case DeliveryOutcome.Durable durable -> "";
      case DeliveryOutcome.Refused refused -> refused.message();
      case DeliveryOutcome.NotConfirmed failed -> failed.cause().toString();
    };
  }
}
