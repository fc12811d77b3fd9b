package io.wideevents.delivery.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import io.wideevents.time.VirtualTime;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SuspectsTest {
  private static final int CODE = 424242;
  private static final Duration MEMORY = Duration.ofMinutes(10);
  private static final Duration SUSPENSION = Duration.ofMinutes(1);

  private final VirtualTime time = new VirtualTime();
  private final Suspects suspects = new Suspects(3, MEMORY, SUSPENSION, time.nanoClock());
  private long stored;

  @Test
  void failed_isolatesTheEventFromThenOn() {
    failed(0, false);

    assertThat(suspects.isIsolated(id(0))).isTrue();
    assertThat(suspects.isIsolated(id(1))).isFalse();
  }

  @Test
  void failed_provesPoisonWhatFailsAloneForMinutesWhileOthersAreStored() {
    for (int attempt = 1; attempt < 6; attempt++) {
      assertThat(failed(0, true)).isFalse();
      time.advance(Duration.ofSeconds(30));
    }

    assertThat(failed(0, true)).isTrue();
  }

  @Test
  void failed_needsNoSecondProofForACopyOfTheSameEvent() {
    for (int attempt = 0; attempt < 6; attempt++) {
      failed(0, true);
      time.advance(Duration.ofSeconds(30));
    }

    assertThat(suspects.isIsolated(id(0))).isFalse();
    assertThat(failed(0, false)).isTrue();
    suspects.clear(id(0));
    assertThat(failed(0, false)).isFalse();
  }

  @Test
  void failed_provesNothingOfAnEventThatFailedAmongOthers() {
    for (int attempt = 0; attempt < 20; attempt++) {
      assertThat(failed(0, false)).isFalse();
      time.advance(Duration.ofSeconds(30));
    }
  }

  @Test
  void failed_suspendsIsolationWhileThereAreTooMany() {
    // Given one event that is nearly proven poison
    for (int attempt = 1; attempt < 6; attempt++) {
      failed(0, true);
      time.advance(Duration.ofSeconds(30));
    }

    // When more fail than may be suspected
    IntStream.range(1, 4).forEach(event -> failed(event, false));

    // Then none is isolated, and the proof starts over
    assertThat(suspects.isIsolated(id(0))).isFalse();
    assertThat(failed(0, true)).isFalse();
    time.advance(SUSPENSION);
    assertThat(suspects.isIsolated(id(0))).isTrue();
    assertThat(failed(0, true)).isFalse();
  }

  @Test
  void failed_prolongsTheSuspensionWithEveryEventThatIsOneTooMany() {
    IntStream.range(0, 4).forEach(event -> failed(event, false));
    time.advance(SUSPENSION.dividedBy(2));
    failed(5, false);
    time.advance(SUSPENSION.dividedBy(2));

    assertThat(suspects.isIsolated(id(0))).isFalse();
  }

  @Test
  void clear_makesRoomForAnother() {
    IntStream.range(0, 3).forEach(event -> failed(event, false));

    suspects.clear(id(0));
    failed(3, false);

    assertThat(suspects.isIsolated(id(1))).isTrue();
    assertThat(suspects.isIsolated(id(3))).isTrue();
  }

  @Test
  void failed_forgetsTheOneUnseenForLong() {
    IntStream.range(0, 3).forEach(event -> failed(event, false));
    time.advance(MEMORY);

    failed(3, false);

    assertThat(suspects.isIsolated(id(0))).isFalse();
    assertThat(suspects.isIsolated(id(3))).isTrue();
  }

  private boolean failed(int event, boolean alone) {
    return suspects.failed(id(event), CODE, alone, stored++);
  }

  private static EventId id(int event) {
    return StubEvent.numbered(event).id();
  }
}
