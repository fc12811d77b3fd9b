package io.wideevents.gateway.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SuspectsTest {
  private static final EventId FIRST = StubEvent.numbered(1).id();
  private static final EventId SECOND = StubEvent.numbered(2).id();

  @Test
  void suspect_hasOthersWaitWhileThereAreTooMany() {
    Suspects suspects = new Suspects(1, Duration.ofHours(1));
    suspects.suspect(FIRST);

    assertThat(suspects.suspect(SECOND)).isEmpty();

    suspects.clear(FIRST);
    assertThat(suspects.suspect(SECOND)).isPresent();
  }

  @Test
  void suspect_forgetsTheOneUnseenForLong() {
    Suspects suspects = new Suspects(1, Duration.ZERO);
    suspects.suspect(FIRST);

    assertThat(suspects.suspect(SECOND)).isPresent();

    assertThat(suspects.contains(FIRST)).isFalse();
    assertThat(suspects.contains(SECOND)).isTrue();
  }
}
