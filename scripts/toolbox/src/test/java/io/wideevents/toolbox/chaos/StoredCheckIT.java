package io.wideevents.toolbox.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import io.wideevents.codec.BodyFormat;
import io.wideevents.codec.BodyResult;
import io.wideevents.codec.EncodeResult;
import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.EventEncoder;
import io.wideevents.event.Tier;
import io.wideevents.stack.TestStack;
import io.wideevents.toolbox.pipeline.StoredEvents;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.codecs.BsonDocumentCodec;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** The check must find each violation. A fault run without a violation cannot show that. */
class StoredCheckIT {
  private static final int EVENTS = 1_200;

  private final ChaosSettings settings =
      new ChaosSettings(11, FaultSchedule.of(), 1, 1, Instant.now());
  private final Ledger ledger = new Ledger();
  private final Set<UUID> deadLettered = new HashSet<>();
  private final String database = TestStack.newDatabase(StoredCheckIT.class);
  private final List<UUID> ids = new ArrayList<>();
  private final List<BsonDocument> documents = new ArrayList<>();

  @Test
  void run_findsNothingWhenEveryAcknowledgedEventIsStored() {
    // Given
    post();
    acknowledgeAll();

    // When
    Findings findings = check();

    // Then
    assertThat(findings.isGood()).as(findings.toString()).isTrue();
    assertThat(findings.posted()).isEqualTo(EVENTS);
    assertThat(findings.acknowledged()).isEqualTo(EVENTS);
    assertThat(findings.stored()).isEqualTo(EVENTS);
  }

  @Test
  void run_findsWhatIsMissingUnequalOrNeverPosted() {
    // Given
    post();
    acknowledgeAll();
    documents.removeLast();
    documents.removeLast();
    deadLettered.add(ids.get(EVENTS - 2));
    documents.get(700).put("service", new BsonString("another"));
    UUID stranger = UUID.randomUUID();
    documents.add(new BsonDocument("_id", new BsonBinary(stranger)));

    // When
    Findings findings = check();

    // Then
    assertThat(findings.isGood()).isFalse();
    assertThat(findings.lost()).isEqualTo(1);
    assertThat(findings.deadLettered()).isEqualTo(1);
    assertThat(findings.unequal()).isEqualTo(1);
    assertThat(findings.unexpected()).isEqualTo(1);
    assertThat(findings.examples())
        .anyMatch(example -> example.startsWith("lost: " + ids.getLast()))
        .anyMatch(example -> example.contains(ids.get(700) + ", field service"))
        .contains("stored but never posted: " + stranger);
  }

  @Test
  void run_allowsStoredEventsThatWereNeverAcknowledgedAndMissesNoneOfThem() {
    // Given
    post();
    for (int place = 5; place < EVENTS; place++) {
      ledger.acknowledge(place);
    }
    documents.removeFirst();

    // When
    Findings findings = check();

    // Then
    assertThat(findings.isGood()).isTrue();
    assertThat(findings.storedUnacknowledged()).isEqualTo(4);
  }

  private void post() {
    EventEncoder gateway = new EventEncoder(EncoderSettings.DEFAULT, InstantSource.system());
    EventStream stream = new EventStream(settings.seed(), settings.start());
    ledger.post(EVENTS);
    for (int i = 0; i < EVENTS; i++) {
      PostedEvent event = stream.next();
      ids.add(event.id());
      if (gateway.encode(event.json(), event.json().length, BodyFormat.JSON)
              instanceof BodyResult.Events encoded
          && encoded.results().getFirst() instanceof EncodeResult.Encoded good) {
        documents.add(good.event().document(Tier.KAFKA).bson().decode(new BsonDocumentCodec()));
      }
    }
  }

  private void acknowledgeAll() {
    for (int place = 0; place < EVENTS; place++) {
      ledger.acknowledge(place);
    }
  }

  private Findings check() {
    try (MongoClient client = MongoClients.create(TestStack.mongo())) {
      Mono.from(
              client
                  .getDatabase(database)
                  .getCollection("wide_events", BsonDocument.class)
                  .insertMany(documents))
          .block();
    }
    try (StoredEvents stored = new StoredEvents(TestStack.mongo(), database)) {
      DeadLetters letters = new DeadLetters(deadLettered, new TreeMap<>());
      return new StoredCheck(settings, ledger, letters, stored).run();
    }
  }
}
