package io.wideevents.delivery.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.wideevents.delivery.spool.SpoolOutcome.RefusalReason;
import io.wideevents.testing.LogCapture;
import io.wideevents.testing.ThrowingLog;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SpoolTroubleTest {
  private static final SpoolOutcome SPOOLED = new SpoolOutcome.Spooled();
  private static final SpoolOutcome FAILED = new SpoolOutcome.Failed(new IOException("simulated"));
  private static final SpoolOutcome.Refused SPOOL_FULL = refused(RefusalReason.SPOOL_FULL);
  private static final SpoolOutcome.Refused DISK_FULL = refused(RefusalReason.DISK_FULL);

  private static final String FULL = "The spool is full and rejects events; clients get 503";
  private static final String BROKEN = "The spool cannot write; clients are answered 503";
  private static final String AGAIN = "The spool takes events again";

  private final LogCapture log = new LogCapture(SpoolTrouble.class);
  private final SpoolTrouble trouble = new SpoolTrouble(() -> Instant.EPOCH);

  @AfterEach
  void close() {
    log.close();
  }

  @Test
  void report_logsTheBeginningAndTheEndOfATroubleOnce() {
    // When
    report(SPOOLED, SPOOL_FULL, SPOOL_FULL, SPOOLED, SPOOLED, FAILED, FAILED, SPOOLED);

    // Then
    assertThat(lines()).containsExactly(FULL, AGAIN, BROKEN, AGAIN);
    assertThat(trouble.current()).isEmpty();
  }

  @Test
  void report_logsAnotherKindOfTroubleAtOnce() {
    // When
    report(SPOOL_FULL, DISK_FULL, FAILED, FAILED);

    // Then
    assertThat(lines()).containsExactly(FULL, FULL, BROKEN);
    assertThat(trouble.current())
        .hasValueSatisfying(now -> assertThat(now.message()).contains("disk failed"));
  }

  @Test
  void report_logsNothingWhenBusyOrClosed() {
    // When
    report(refused(RefusalReason.BUSY), refused(RefusalReason.CLOSED));

    // Then
    assertThat(lines()).isEmpty();
    assertThat(trouble.current()).isEmpty();
  }

  @Test
  void look_isReportedAtOnceAndLoggedWithTheFirstRejectedEvent() {
    // Given
    trouble.look(Optional.of(SPOOL_FULL));
    assertThat(trouble.current()).isPresent();
    assertThat(lines()).isEmpty();

    // When
    report(SPOOL_FULL);

    // Then
    assertThat(lines()).containsExactly(FULL);
  }

  @Test
  void look_endsALimitThatRejectedNoEventWithoutALine() {
    // Given
    trouble.look(Optional.of(SPOOL_FULL));

    // When
    trouble.look(Optional.empty());

    // Then
    assertThat(trouble.current()).isEmpty();
    assertThat(lines()).isEmpty();
  }

  @Test
  void look_endsALimitButNotADiskFailure() {
    // Given
    report(DISK_FULL);

    // When
    trouble.look(Optional.empty());
    report(FAILED);
    trouble.look(Optional.empty());

    // Then
    assertThat(lines()).containsExactly(FULL, AGAIN, BROKEN);
    assertThat(trouble.current()).isPresent();
  }

  @Test
  @SuppressWarnings("try") // The log throws until it is closed.
  void report_neverThrows() {
    try (var unused = new ThrowingLog()) {
      assertThatCode(() -> report(SPOOL_FULL, FAILED, SPOOLED)).doesNotThrowAnyException();
    }
  }

  private static SpoolOutcome.Refused refused(RefusalReason reason) {
    return new SpoolOutcome.Refused(reason, reason.name());
  }

  private void report(SpoolOutcome... outcomes) {
    List.of(outcomes).forEach(trouble::report);
  }

  private List<String> lines() {
    return log.events().stream().map(ILoggingEvent::getFormattedMessage).toList();
  }
}
