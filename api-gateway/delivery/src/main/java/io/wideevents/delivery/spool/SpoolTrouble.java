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

  private final InstantSource clock;
  private final AtomicReference<@Nullable Trouble> current = new AtomicReference<>();
  private final LogThrottle lines = LogThrottle.oncePerFailure();

  SpoolTrouble(InstantSource clock) {
    this.clock = clock;
  }

  private record Trouble(boolean isDiskFailed, String message, Instant since) {}

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
      current.compareAndSet(null, new Trouble(false, found.get().message(), clock.instant()));
    } else if (found.isEmpty() && before != null && !before.isDiskFailed()) {
      over();
    }
  }

  /** Why events are rejected; empty if they are accepted. */
  Optional<SpoolStats.Trouble> current() {
    return Optional.ofNullable(current.get())
        .map(trouble -> new SpoolStats.Trouble(trouble.message(), trouble.since()));
  }

  private void refusing(Refused refused) {
    update(false, refused.message());
    lines.show(
        refused.reason().name(),
        heldBack ->
            LOG.atError()
                .addKeyValue("error", refused.message())
                .log("The spool is full and rejects events; clients get 503"));
  }

  private void failing(Throwable cause) {
    update(true, "The spool's disk failed: " + cause);
    lines.show(
        "disk failed",
        heldBack ->
            LOG.atError().setCause(cause).log("The spool cannot write; clients are answered 503"));
  }

  private void update(boolean isDiskFailed, String message) {
    Instant now = clock.instant();
    current.updateAndGet(
        trouble -> new Trouble(isDiskFailed, message, trouble == null ? now : trouble.since()));
  }

  private void over() {
    if (current.get() != null) {
      current.set(null);
    }
    lines.ended(() -> LOG.info("The spool takes events again"));
  }
}
