package io.wideevents.toolbox.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.codec.BodyFormat;
import io.wideevents.codec.BodyResult;
import io.wideevents.codec.EncodeResult;
import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.EventEncoder;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EventStreamTest {
  private final Instant start = Instant.now();

  @Test
  void next_givesTheSameEventsToTheCheckAsToTheClient() {
    EventStream client = new EventStream(3, start);
    EventStream check = new EventStream(3, start);

    for (int i = 0; i < 500; i++) {
      PostedEvent posted = client.next();
      PostedEvent again = check.next();
      assertThat(again.id()).isEqualTo(posted.id());
      assertThat(again.json()).isEqualTo(posted.json());
    }
  }

  @Test
  void next_knowsTheIdThatTheGatewayGivesWithAndWithoutEventId() {
    // Given
    EventEncoder gateway =
        new EventEncoder(EncoderSettings.DEFAULT, InstantSource.fixed(Instant.now()));
    EventStream stream = new EventStream(3, start);
    int named = 0;

    for (int i = 0; i < 2_000; i++) {
      // When
      PostedEvent event = stream.next();

      // Then
      BodyResult result = gateway.encode(event.json(), event.json().length, BodyFormat.JSON);
      assertThat(result).isInstanceOf(BodyResult.Events.class);
      EncodeResult encoded = ((BodyResult.Events) result).results().getFirst();
      assertThat(encoded).isInstanceOf(EncodeResult.Encoded.class);
      assertThat(((EncodeResult.Encoded) encoded).event().id().value()).isEqualTo(event.id());
      named += new String(event.json(), UTF_8).startsWith("{\"eventId\"") ? 1 : 0;
    }
    assertThat(named).isBetween(300, 700);
  }

  @Test
  void next_makesOtherEventsForAnotherSeed() {
    assertThat(new EventStream(3, start).next().id())
        .isNotEqualTo(new EventStream(4, start).next().id());
  }

  @Test
  void bodies_takeTheEventsOfTheStreamInOrderInEveryForm() {
    // Given
    RequestSource source = new RequestSource(new EventStream(3, start), new Random(1));
    EventStream same = new EventStream(3, start);
    int compressed = 0;
    int several = 0;

    for (int i = 0; i < 200; i++) {
      // When
      RequestSource.Posted posted = source.next();

      // Then
      posted.ids().forEach(id -> assertThat(id).isEqualTo(same.next().id()));
      compressed += posted.body().encoding().isPresent() ? 1 : 0;
      several += posted.ids().size() > 1 ? 1 : 0;
    }
    assertThat(compressed).isBetween(50, 150);
    assertThat(several).isBetween(40, 120);
  }
}
