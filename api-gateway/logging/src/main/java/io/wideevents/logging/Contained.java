package io.wideevents.logging;

import io.wideevents.log.LogThrottle;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs an adapter's own steps within a request. A step that fails is logged, a part of the event is
 * missing, and the request is not affected. For the adapters of web frameworks.
 */
public final class Contained {
  private static final Logger log = LoggerFactory.getLogger(LoggingService.class);
  private static final LogThrottle throttle = new LogThrottle(Duration.ofSeconds(10));

  private Contained() {}

  /** Runs a step. Never throws. */
  public static void run(Runnable step) {
    try {
      step.run();
    } catch (Throwable e) {
      report(e);
    }
  }

  /** Returns the result of a step; null when the step failed. Never throws. */
  public static <T> @Nullable T get(Supplier<? extends @Nullable T> step) {
    try {
      return step.get();
    } catch (Throwable e) {
      report(e);
      return null;
    }
  }

  private static void report(Throwable failure) {
    try {
      OptionalLong heldBack = throttle.tryShow();
      if (heldBack.isPresent()) {
        log.atWarn()
            .addKeyValue("notShown", heldBack.getAsLong())
            .setCause(failure)
            .log("Part of a request's event was not recorded; the request itself is not affected");
      }
    } catch (Throwable e) {
      // The application's logging fails as well, so the failure cannot be reported.
    }
  }
}
