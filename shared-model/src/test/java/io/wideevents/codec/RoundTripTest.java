package io.wideevents.codec;

import static io.wideevents.codec.Codecs.decoded;
import static io.wideevents.codec.Codecs.encode;
import static io.wideevents.event.TestEvents.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.ContentHash;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventDocument;
import io.wideevents.event.Tier;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.codecs.BsonDocumentCodec;
import org.junit.jupiter.api.Test;

/** What holds for every event, tried on thousands of made-up ones. */
class RoundTripTest {
  private static final int EVENTS = 1_000;

  @Test
  void document_hasEveryFieldAsItCame() {
    for (int seed = 0; seed < EVENTS; seed++) {
      RandomEvent event = new RandomEvent(seed);

      BsonDocument document = copyOf(encode(event.json()).document(Tier.KAFKA));

      assertThat(document.remove("timestamp"))
          .isEqualTo(new BsonDateTime(Codecs.NOW.toEpochMilli()));
      BsonDocument ingest = document.remove("_ingest").asDocument();
      assertThat(document.remove("_summary")).isInstanceOf(BsonString.class);
      assertThat(document.remove("_id").isBinary()).isTrue();
      assertThat(document).as("seed %s: %s", seed, event.json()).isEqualTo(event.fields());
      assertThat(redactedIn(ingest)).as(event.json()).isEqualTo(event.redacted());
    }
  }

  @Test
  void json_decodesToTheSameDocumentForEveryTier() {
    for (int seed = 0; seed < EVENTS; seed++) {
      EncodedEvent event = encode(new RandomEvent(seed).json());

      for (Tier tier : Tier.values()) {
        EventDocument document = decoded(event.json(tier));

        assertThat(document).isEqualTo(event.document(tier));
        assertThat(document.id()).isEqualTo(event.id());
        assertThat(document.bson().getDocument("_ingest").get("tier"))
            .isEqualTo(new BsonString(tier.label()));
      }
    }
  }

  @Test
  void decode_ofTheClientsTextGivesTheSameEvent() {
    for (int seed = 0; seed < EVENTS; seed++) {
      String json = new RandomEvent(seed).json();

      EventDocument posted = encode(json).document(Tier.KAFKA);
      EventDocument produced = decoded(utf8(json));

      // The same clock serves as record time and as time of receipt, so that nothing differs.
      assertThat(produced).isEqualTo(posted);
    }
  }

  @Test
  void hash_isOverTheEventsOwnBytesAsTheyArePublished() {
    for (int seed = 0; seed < EVENTS; seed++) {
      EncodedEvent event = encode("\n [ " + new RandomEvent(seed).json() + " ] ");

      String published = new String(event.json(Tier.KAFKA), StandardCharsets.UTF_8);
      byte[] own = utf8(published.substring(0, published.lastIndexOf(",\"eventId\":")) + "}");
      assertThat(event.document(Tier.KAFKA).hash())
          .as(published)
          .isEqualTo(ContentHash.of(own, 0, own.length));
      assertThat(decoded(own).hash()).isEqualTo(event.document(Tier.KAFKA).hash());
      assertThat(decoded(own).id()).isEqualTo(event.id());
    }
  }

  private static BsonDocument copyOf(EventDocument document) {
    return document.bson().decode(new BsonDocumentCodec());
  }

  private static List<String> redactedIn(BsonDocument ingest) {
    return ingest.containsKey("redacted")
        ? ingest.getArray("redacted").stream()
            .map(BsonValue::asString)
            .map(BsonString::getValue)
            .toList()
        : List.of();
  }
}
