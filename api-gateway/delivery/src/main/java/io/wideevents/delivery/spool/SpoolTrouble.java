package io.wideevents.delivery.spool;

import io.wideevents.delivery.spool.SpoolOutcome.RefusalReason;
import io.wideevents.delivery.spool.SpoolOutcome.Refused;
import io.wideevents.log.LogThrottle;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the spool takes events, told to the log when that changes and not for every event. Throws
 * nothing, whatever the logging does. Safe for concurrent use.
 */
final class SpoolTrouble {
  private static final Logger LOG = LoggerFactory.getLogger(SpoolTrouble.class);

  private static final String FAILED = "FAILED";
  private static final String FOUND_FULL = "FOUND_FULL";

  private final InstantSource clock;
  private final AtomicReference<@Nullable Trouble> current = new AtomicReference<>();

  SpoolTrouble(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * @param kind what has to change for a new line in the log
   */
  private record Trouble(String kind, String message, Instant since) {}

  void report(SpoolOutcome outcome) {
    switch (outcome) {
      case SpoolOutcome.Spooled spooled -> over();
      case SpoolOutcome.Failed failed -> failing(failed.cause());
      case Refused refused -> {
        // Busy passes by itself in a moment, and closing is no trouble.
        if (refused.reason() == RefusalReason.SPOOL_FULL
            || refused.reason() == RefusalReason.DISK_FULL) {
          refusing(refused);
        }
      }
    }
  }

  /**
   * Tells what a look at the bounds found, without an event. That they leave no room is for
   * readiness, while the log waits for an event that is refused; that they leave room again says
   * nothing about a disk that failed.
   */
  void look(Optional<Refused> found) {
    Trouble before = current.get();
    if (found.isPresent() && before == null) {
      current.compareAndSet(null, new Trouble(FOUND_FULL, found.get().message(), clock.instant()));
    } else if (found.isEmpty() && before != null && !before.kind().equals(FAILED)) {
      over();
    }
  }

  /** Why events are not taken; empty when they are. */
  Optional<SpoolStats.Trouble> current() {
    return Optional.ofNullable(current.get())
        .map(trouble -> new SpoolStats.Trouble(trouble.message(), trouble.since()));
  }

  private void refusing(Refused refused) {
    if (isNews(refused.reason().name(), refused.message())) {
      LogThrottle.safely(
          () ->
              LOG.atError()
                  .addKeyValue("error", refused.message())
                  .log("The spool is full and refuses events; clients are answered 503"));
    }
  }

  private void failing(Throwable cause) {
    if (isNews(FAILED, "The spool's disk failed: " + cause)) {
      LogThrottle.safely(
          () ->
              LOG.atError()
                  .setCause(cause)
                  .log("The spool cannot write; clients are answered 503"));
    }
  }

  private boolean isNews(String kind, String message) {
    Instant now = clock.instant();
    Trouble before =
        current.getAndUpdate(
            trouble -> new Trouble(kind, message, trouble == null ? now : trouble.since()));
    return before == null || !before.kind().equals(kind);
  }

  private void over() {
    if (current.get() != null && current.getAndSet(null) != null) {
      LogThrottle.safely(() -> LOG.info("The spool takes events again"));
    }
  }
}
