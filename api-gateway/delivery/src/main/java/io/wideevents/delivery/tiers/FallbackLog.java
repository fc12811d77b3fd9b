package io.wideevents.delivery.tiers;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.log.LogThrottle;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * Logs the first fallback after a success, and then at most one line per interval. Never throws,
 * because a failing logger must not fail the fallback. Safe for concurrent use.
 */
final class FallbackLog {
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  private final Logger log;
  private final Level level;
  private final String message;
  private final LogThrottle throttle = new LogThrottle(INTERVAL);
  private final AtomicBoolean fellBack = new AtomicBoolean();

  /**
   * @param message describes the fallback
   */
  FallbackLog(Logger log, Level level, String message) {
    this.log = log;
    this.level = level;
    this.message = message;
  }

  /** Records a call that needed no fallback; the next fallback is logged at once. */
  void delivered() {
    if (fellBack.compareAndSet(true, false)) {
      throttle.reset();
    }
  }

  void fellBack(int events, DeliveryOutcome example) {
    fellBack(events, () -> error(example));
  }

  void fellBack(int events, String error) {
    fellBack(events, () -> error);
  }

  private void fellBack(int events, Supplier<String> error) {
    fellBack.set(true);
    throttle.show(
        notShown ->
            log.atLevel(level)
                .addKeyValue("events", events)
                .addKeyValue("notShown", notShown)
                .addKeyValue("error", error.get())
                .log(message));
  }

  void leftBehind() {
    LogThrottle.safely(() -> log.atWarn().log("Closed before every fallback was done"));
  }

  private static String error(DeliveryOutcome outcome) {
    return switch (outcome) {
      case DeliveryOutcome.Durable durable -> "";
      case DeliveryOutcome.Refused refused -> refused.message();
      case DeliveryOutcome.NotConfirmed failed -> failed.cause().toString();
    };
  }
}
