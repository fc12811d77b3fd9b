package io.wideevents.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.codec.BodyFormat;
import io.wideevents.codec.BodyResult;
import io.wideevents.codec.EncodeResult;
import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.EventEncoder;
import io.wideevents.codec.RecordDecoder;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.StubEvent;
import io.wideevents.event.TestEvents;
import io.wideevents.event.Tier;
import io.wideevents.gateway.delivery.DeliveryTiers;
import io.wideevents.gateway.delivery.TierStatus;
import io.wideevents.gateway.mongo.MongoLogger;
import io.wideevents.gateway.mongo.MongoLoggerSettings;
import io.wideevents.gateway.spool.DeadLetterPort;
import io.wideevents.gateway.spool.ReplayStats;
import io.wideevents.gateway.spool.SegmentEventSpool;
import io.wideevents.gateway.spool.SpoolLogger;
import io.wideevents.gateway.spool.SpoolReplayer;
import io.wideevents.gateway.spool.SpoolSettings;
import io.wideevents.mongo.InMemoryBatchWriter;
import io.wideevents.process.ClosingTime;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The spool's replay into MongoDB alone, by the parts a gateway is made of. */
class ReplayWithoutQueueTest {
  private static final int MEBIBYTE = 1 << 20;

  @TempDir private Path directory;
  private final InMemoryBatchWriter database = new InMemoryBatchWriter();
  private final ClosingTime closing = new ClosingTime(Duration.ofSeconds(30));

  @Test
  void eventThatMongoDbFailsForWithAnErrorOnNoList_isSetAside() throws Exception {
    // Given such an event in front of others
    List<EncodedEvent> events = posted(6);
    EncodedEvent culprit = events.getFirst();
    database.fail(document -> document.id().equals(culprit.id()));

    replay(
        events,
        (spool, replayer) -> {
          // Then it is the only one that does not get there
          await()
              .atMost(Duration.ofSeconds(30))
              .until(() -> replayer.stats().equals(new ReplayStats(5, 1, 0)));
          assertThat(spool.stats().pendingEvents()).isZero();
          assertThat(spool.stats().refusedEvents()).isOne();
          assertThat(database.stored()).hasSize(5);
        });
  }

  @Test
  void eventThatMongoDbFailsFor_keepsNoOtherInTheSpoolAfterAnOutage() throws Exception {
    // Given such an event in front of others, and a circuit that an outage opened
    List<EncodedEvent> events = posted(6);
    EncodedEvent culprit = events.getFirst();
    database.fail(document -> document.id().equals(culprit.id()));
    database.goDown();

    replay(
        events,
        (spool, replayer) -> {
          await().until(() -> database.batches().stream().anyMatch(probe -> probe.size() == 1));

          // When
          database.comeBack();

          // Then
          await()
              .atMost(Duration.ofSeconds(30))
              .until(() -> replayer.stats().equals(new ReplayStats(5, 1, 0)));
        });
  }

  @Test
  void eventThatIsNoneAnyMore_isSetAside() throws Exception {
    // Given a stub, whose _ingest is not whole, in front of others
    List<EncodedEvent> events = new ArrayList<>(posted(5));
    events.addFirst(StubEvent.numbered(1));

    replay(
        events,
        (spool, replayer) -> {
          await().until(() -> replayer.stats().equals(new ReplayStats(5, 1, 0)));
          assertThat(spool.stats().pendingEvents()).isZero();
          assertThat(spool.stats().refusedEvents()).isOne();
        });
  }

  private interface Expectation {
    void await(SegmentEventSpool spool, SpoolReplayer replayer);
  }

  private void replay(List<EncodedEvent> events, Expectation expectation) throws Exception {
    try (SegmentEventSpool spool =
            SegmentEventSpool.open(
                new SpoolSettings(directory, MEBIBYTE, 0, 1_000_000),
                new RecordDecoder(EncoderSettings.DEFAULT, InstantSource.system()),
                InstantSource.system());
        DeliveryTiers tiers =
            new DeliveryTiers(
                Optional.empty(),
                new MongoLogger(database, MongoLoggerSettings.DEFAULT, closing),
                () -> true,
                new SpoolLogger(spool),
                () -> TierStatus.of(Tier.SPOOL, TierStatus.State.UP),
                closing);
        SpoolReplayer replayer =
            new SpoolReplayer(spool, tiers.replay(), DeadLetterPort.UNAVAILABLE, 1_000_000)) {
      spool.append(events).get(30, TimeUnit.SECONDS);
      replayer.start();
      expectation.await(spool, replayer);
    }
  }

  private static List<EncodedEvent> posted(int count) {
    byte[] body = TestEvents.utf8(TestEvents.array(TestEvents.checkouts(count, Instant.now())));
    BodyResult result =
        new EventEncoder(EncoderSettings.DEFAULT, InstantSource.system())
            .encode(body, body.length, BodyFormat.JSON);
    return ((BodyResult.Events) result)
        .results().stream().map(each -> ((EncodeResult.Encoded) each).event()).toList();
  }
}
