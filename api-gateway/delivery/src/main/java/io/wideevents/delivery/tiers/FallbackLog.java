package io.wideevents.delivery.tiers;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.log.LogThrottle;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * Says once that events take the detour, and then no more often than is bearable. Throws nothing,
 * whatever the logging does: the fallback must not fail for its log line. Safe for concurrent use.
 */
final class FallbackLog {
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  private final Logger log;
  private final Level level;
  private final String message;
  private final LogThrottle throttle = new LogThrottle(INTERVAL);
  private final AtomicBoolean fellBack = new AtomicBoolean();

  /**
   * @param message what a fallback means, for the log's reader
   */
  FallbackLog(Logger log, Level level, String message) {
    this.log = log;
    this.level = level;
    this.message = message;
  }

  /** A call needed no fallback; the next one that does is news. */
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
