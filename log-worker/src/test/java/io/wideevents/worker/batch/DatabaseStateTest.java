package io.wideevents.worker.batch;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import io.wideevents.testing.LogCapture;
import io.wideevents.time.Backoff;
import io.wideevents.worker.testing.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DatabaseStateTest {
  private static final Throwable FAILURE = new IllegalStateException("simulated");

  private final LogCapture log = new LogCapture(DatabaseState.class);
  private final ManualClock clock = new ManualClock();
  private final DatabaseState state =
      new DatabaseState(
          new Backoff(Duration.ofMillis(100), Duration.ofSeconds(30), new Random(42)), clock);

  @AfterEach
  void close() {
    log.close();
  }

  @Test
  void failedAndRecovered_logEachTransitionOnce() {
    // Given
    boolean wasDown = state.recovered();
    state.failed(FAILURE, false);
    state.failed(FAILURE, false);
    assertThat(state.isDown()).isTrue();
    assertThat(state.downReason()).contains("simulated");
    clock.advance(Duration.ofSeconds(7));

    // When
    boolean recovered = state.recovered();
    boolean again = state.recovered();

    // Then
    assertThat(List.of(wasDown, recovered, again)).containsExactly(false, true, false);
    assertThat(state.isDown()).isFalse();
    assertThat(state.downReason()).isEmpty();
    assertThat(lines()).hasSize(2);
    assertThat(lines().getFirst()).startsWith("MongoDB took no write");
    assertThat(lines().getLast()).isEqualTo("MongoDB takes writes again");
    assertThat(log.events().getLast().getKeyValuePairs())
        .anySatisfy(pair -> assertThat(pair.value).isEqualTo(7_000L));
  }

  @Test
  void slowDown_logsOnceUntilMongoDbTookAll() {
    // When
    state.slowDown();
    state.slowDown();
    state.tookAll();
    state.slowDown();

    // Then
    assertThat(lines()).hasSize(2).allMatch(line -> line.startsWith("MongoDB rejects a part"));
    assertThat(state.isSlowedDown()).isTrue();
  }

  private List<String> lines() {
    return log.events().stream().map(ILoggingEvent::getFormattedMessage).toList();
  }
}
