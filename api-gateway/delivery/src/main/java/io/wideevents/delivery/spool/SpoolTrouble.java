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
 * Logs when the spool stops or resumes accepting events, once per change. Never throws, even if the
 * logging fails. Safe for concurrent use.
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
   * @param kind a change of this value causes a new log line
   */
  private record Trouble(String kind, String message, Instant since) {}

  void report(SpoolOutcome outcome) {
    switch (outcome) {
      case SpoolOutcome.Spooled spooled -> over();
      case SpoolOutcome.Failed failed -> failing(failed.cause());
      case Refused refused -> {
        // BUSY ends within a moment, and closing is no trouble.
        if (refused.reason() == RefusalReason.SPOOL_FULL
            || refused.reason() == RefusalReason.DISK_FULL) {
          refusing(refused);
        }
      }
    }
  }

  /**
   * Records the result of a check of the limits without an event. Readiness uses a reached limit at
   * once; the log waits for an event that is rejected. Free space says nothing about a disk that
   * failed before.
   */
  void look(Optional<Refused> found) {
    Trouble before = current.get();
    if (found.isPresent() && before == null) {
      current.compareAndSet(null, new Trouble(FOUND_FULL, found.get().message(), clock.instant()));
    } else if (found.isEmpty() && before != null && !before.kind().equals(FAILED)) {
      over();
    }
  }

  /** Why events are rejected; empty if they are accepted. */
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
