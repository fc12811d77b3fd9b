package io.wideevents.delivery.spool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.wideevents.codec.BodyFormat;
import io.wideevents.codec.BodyResult;
import io.wideevents.codec.EncodeResult;
import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.EventEncoder;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventDocument;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class SpooledEventTest {
  @Test
  void document_isTheOneTheSpoolTierWouldHaveMade() {
    EncodedEvent posted =
        posted(
            """
            {"requestId":"r-1","service":"checkout","route":"POST /checkout","timestamp":"%s",
             "user":{"id":"u-1"},"error":{"code":"DECLINED","message":"no"},"items":[1,2.5,"ü"]}"""
                .formatted(Instant.now()));

    SpooledEvent spooled = spooled(posted);

    EventDocument document = spooled.document(Tier.MONGODB);
    assertThat(document.id()).isEqualTo(posted.id());
    assertThat(document.hash()).isEqualTo(posted.document(Tier.SPOOL).hash());
    assertThat(document.bson()).isEqualTo(posted.document(Tier.SPOOL).bson());
    assertThat(spooled.requestId()).isEqualTo("r-1");
    assertThat(spooled.outcome()).isEqualTo(posted.outcome());
  }

  @Test
  void document_ofBytesThatAreNoEventFailsAndNamesIt() {
    // A stub's _ingest is not whole, so it counts as another producer's, from a far future.
    SpooledEvent spooled = spooled(StubEvent.numbered(1));

    assertThatExceptionOfType(UndecodableEventException.class)
        .isThrownBy(() -> spooled.document(Tier.MONGODB))
        .satisfies(e -> assertThat(e.eventId()).isEqualTo(spooled.id()))
        .satisfies(e -> assertThat(e.reason()).isNotBlank());
  }

  @Test
  void json_isACopyEachTime() {
    SpooledEvent spooled = spooled(StubEvent.numbered(1));
    byte[] first = spooled.json(Tier.KAFKA);
    first[0] = 'x';

    assertThat(spooled.json(Tier.KAFKA)).isEqualTo(StubEvent.numbered(1).json(Tier.SPOOL));
  }

  private static SpooledEvent spooled(EncodedEvent event) {
    return new SpooledEvent(
        TestSpools.segment(), 0, StoredEvent.pending(event, Instant.now()), TestSpools.decoder());
  }

  private static EncodedEvent posted(String json) {
    byte[] body = json.getBytes(UTF_8);
    BodyResult result =
        new EventEncoder(EncoderSettings.DEFAULT, InstantSource.system())
            .encode(body, body.length, BodyFormat.JSON);
    BodyResult.Events events = (BodyResult.Events) result;
    return ((EncodeResult.Encoded) events.results().getFirst()).event();
  }
}
