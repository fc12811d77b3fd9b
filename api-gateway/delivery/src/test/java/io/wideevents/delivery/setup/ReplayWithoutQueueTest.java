package io.wideevents.delivery.setup;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.codec.BodyFormat;
import io.wideevents.codec.BodyResult;
import io.wideevents.codec.EncodeResult;
import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.EventEncoder;
import io.wideevents.codec.RecordDecoder;
import io.wideevents.delivery.mongo.MongoLogger;
import io.wideevents.delivery.mongo.MongoLoggerSettings;
import io.wideevents.delivery.spool.DeadLetterPort;
import io.wideevents.delivery.spool.ReplayStats;
import io.wideevents.delivery.spool.SimulatedDisk;
import io.wideevents.delivery.spool.SpoolLogger;
import io.wideevents.delivery.spool.SpoolOutcome;
import io.wideevents.delivery.spool.SpoolReplayer;
import io.wideevents.delivery.spool.SpoolSettings;
import io.wideevents.delivery.spool.SpooledEvent;
import io.wideevents.delivery.spool.SteppedSpool;
import io.wideevents.delivery.spool.TestSpools;
import io.wideevents.delivery.tiers.DeliveryTiers;
import io.wideevents.delivery.tiers.TierStatus;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import io.wideevents.event.TestEvents;
import io.wideevents.event.Tier;
import io.wideevents.mongo.InMemoryBatchWriter;
import io.wideevents.time.ClosingTime;
import io.wideevents.time.Deadline;
import io.wideevents.time.VirtualTime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import org.junit.jupiter.api.Test;

/**
 * The replay of the spool into MongoDB alone, with the real parts of a gateway, on virtual time.
 */
class ReplayWithoutQueueTest {
  private static final int MEBIBYTE = 1 << 20;
  private static final Duration STEP = Duration.ofMillis(50);

  private final VirtualTime time = new VirtualTime();
  private final InMemoryBatchWriter database = new InMemoryBatchWriter();
  private final ClosingTime closing = new ClosingTime(Duration.ofSeconds(30));
  private final SteppedSpool spool =
      SteppedSpool.open(
          new SimulatedDisk(),
          new SpoolSettings(Path.of("/simulated/spool"), MEBIBYTE, 0, 1_000_000),
          new RecordDecoder(EncoderSettings.DEFAULT, time.wallClock()),
          time.wallClock());
  private final DeliveryTiers tiers =
      new DeliveryTiers(
          Optional.empty(),
          new DeliveryTiers.MongoTier(
              new MongoLogger(database, MongoLoggerSettings.DEFAULT, closing, time), () -> true),
          Optional.of(
              new DeliveryTiers.SpoolTier(
                  new SpoolLogger(spool.spool(), time),
                  () -> TierStatus.of(Tier.SPOOL, TierStatus.State.UP))),
          closing,
          time);
  private final SpoolReplayer replayer =
      spool.replayer(
          tiers.replay(), DeadLetterPort.UNAVAILABLE, 1_000_000, new Random(1), time.nanoClock());

  @Test
  void eventThatMongoDbFailsForWithAnErrorOnNoList_isSetAside() {
    // Given such an event in front of others
    List<EncodedEvent> events = posted(6);
    EncodedEvent poison = events.getFirst();
    database.fail(document -> document.id().equals(poison.id()));
    spool(events);

    // When, while other events come
    run(Duration.ofMinutes(4), true);

    // Then it is the only one that does not get there
    assertThat(replayer.stats()).isEqualTo(new ReplayStats(5, 1, 0));
    assertThat(spool.spool().stats().pendingEvents()).isZero();
    assertThat(spool.spool().stats().refusedEvents()).isOne();
    assertThat(database.stored()).containsKeys(ids(events.subList(1, 6)));
  }

  @Test
  void eventThatMongoDbFailsFor_keepsNoOtherInTheSpoolAfterAnOutage() {
    // Given such an event in front of others, and a circuit that an outage opened
    List<EncodedEvent> events = posted(6);
    EncodedEvent poison = events.getFirst();
    database.fail(document -> document.id().equals(poison.id()));
    database.goDown();
    spool(events);
    run(Duration.ofSeconds(20), false);
    assertThat(tiers.circuits()).extracting(TierStatus::state).doesNotContain(TierStatus.State.UP);

    // When
    database.comeBack();
    run(Duration.ofSeconds(20), false);

    // Then
    assertThat(replayer.stats()).isEqualTo(new ReplayStats(5, 0, 0));
    assertThat(spool.spool().stats().pendingEvents()).isOne();
  }

  @Test
  void manyEventsThatMongoDbFailsFor_stayInTheSpoolUntilItTakesThem() {
    // Given a server that fails for more events than may be poison
    List<EncodedEvent> events = posted(60);
    database.fail(document -> document.id().value().hashCode() % 3 == 0);
    spool(events);

    // When
    run(Duration.ofMinutes(10), true);

    // Then
    assertThat(replayer.stats().setAside()).isZero();
    database.fail(document -> false);
    run(Duration.ofSeconds(20), false);
    assertThat(database.stored()).containsKeys(ids(events));
    assertThat(spool.spool().stats().pendingEvents()).isZero();
  }

  @Test
  void eventWhoseIdIsTakenByOtherContent_isSetAside() {
    // Given an event of a client's own id, and another content under that id in MongoDB
    UUID id = UUID.fromString("0190a1b2-c3d4-4e5f-8a9b-0123456789ab");
    List<EncodedEvent> events = posted("{\"eventId\":\"" + id + "\",", 1);
    database.write(List.of(StubEvent.withId(id, "other").document())).join();
    spool(events);

    // When
    run(Duration.ofSeconds(20), false);

    // Then
    assertThat(replayer.stats()).isEqualTo(new ReplayStats(0, 1, 0));
    assertThat(TestSpools.read(spool.spool()))
        .extracting(SpooledEvent::refusalCode)
        .containsExactly("id_conflict");
  }

  @Test
  void eventThatIsNoneAnyMore_isSetAside() {
    // Given a stub, whose _ingest is not whole, in front of others
    List<EncodedEvent> events = new ArrayList<>(posted(5));
    events.addFirst(StubEvent.numbered(1));
    spool(events);

    run(Duration.ofSeconds(20), false);

    assertThat(replayer.stats()).isEqualTo(new ReplayStats(5, 1, 0));
    assertThat(spool.spool().stats().pendingEvents()).isZero();
    assertThat(spool.spool().stats().refusedEvents()).isOne();
  }

  private void spool(List<EncodedEvent> events) {
    CompletableFuture<SpoolOutcome> spooled = spool.spool().append(events);
    spool.writeOnce();
    assertThat(spooled).isCompletedWithValue(new SpoolOutcome.Spooled());
  }

  /** Lets time pass. New events may arrive every second. */
  private void run(Duration length, boolean traffic) {
    long steps = length.dividedBy(STEP);
    for (long step = 0; step < steps; step++) {
      if (traffic && step % 20 == 10) {
        Deadline deadline = Deadline.after(Duration.ofSeconds(30), time.nanoClock());
        var unused = tiers.live().log(posted(1), deadline);
      }
      while (spool.writeOnce() || SteppedSpool.replayOnce(replayer) == 0) {
        time.advance(Duration.ZERO);
      }
      time.advance(STEP);
    }
  }

  private static EventId[] ids(List<EncodedEvent> events) {
    return events.stream().map(EncodedEvent::id).toArray(EventId[]::new);
  }

  private List<EncodedEvent> posted(int count) {
    return posted("{", count);
  }

  /**
   * @param start what each event starts with
   */
  private List<EncodedEvent> posted(String start, int count) {
    String json = TestEvents.array(TestEvents.checkouts(count, time.wallClock().instant()));
    byte[] body = TestEvents.utf8(json.replaceFirst("\\{", Matcher.quoteReplacement(start)));
    BodyResult result =
        new EventEncoder(EncoderSettings.DEFAULT, time.wallClock())
            .encode(body, body.length, BodyFormat.JSON);
    return ((BodyResult.Events) result)
        .results().stream().map(each -> ((EncodeResult.Encoded) each).event()).toList();
  }
}
