package io.wideevents.query.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wideevents.event.EventId;
import io.wideevents.query.QueryException;
import io.wideevents.query.trace.TraceResult.DeadLettered;
import io.wideevents.query.trace.TraceResult.Place;
import io.wideevents.query.trace.TraceResult.State;
import io.wideevents.query.trace.TraceResult.Stored;
import io.wideevents.query.trace.TraceResult.Unchecked;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class EventTraceTest {
  private static final EventId ID = new EventId(new UUID(1, 1));
  private static final Instant TIME = Instant.parse("2026-11-30T12:00:00Z");

  private final Set<EventId> stored = new HashSet<>();
  private final FakeEventTopics topics = new FakeEventTopics();
  private final Set<EventId> spooled = new HashSet<>();
  private boolean mongoAnswers = true;
  private boolean spoolComplete = true;
  private final EventTrace trace =
      new EventTrace(this::findStored, this::findSpooled, Optional.of(topics));

  private Optional<Stored> findStored(EventId id) {
    if (!mongoAnswers) {
      throw new QueryException(503, "store_unavailable", "MongoDB does not answer", "Start it");
    }
    return stored.contains(id)
        ? Optional.of(new Stored(Optional.of(TIME), Optional.of(TIME), Optional.of("kafka")))
        : Optional.empty();
  }

  private SpoolSearch.Found findSpooled(EventId id) {
    return new SpoolSearch.Found(
        spooled.contains(id) ? Optional.of(TIME) : Optional.empty(), spoolComplete);
  }

  @Test
  void aStoredEvent_isFoundWithoutReadingKafka() {
    stored.add(ID);

    TraceResult found = trace.find(ID, Optional.empty());

    assertThat(found.state()).isEqualTo(State.STORED);
    assertThat(found.stored()).isPresent();
    assertThat(found.checked()).containsExactly(Place.MONGODB);
    assertThat(topics.calls).isZero();
  }

  @Test
  void aPendingEvent_isFoundWithItsLag() {
    topics.pending.add(ID);

    TraceResult found = trace.find(ID, Optional.of("r"));

    assertThat(found.state()).isEqualTo(State.PENDING);
    assertThat(found.pending().orElseThrow().lag()).isEqualTo(120);
    assertThat(found.detail()).contains("partition 0", "7 records before it", "log-worker doctor");
    assertThat(found.checked()).containsExactly(Place.values());
  }

  @Test
  void aDeadLetter_isStrongerThanItsReplayInKafka() {
    topics.pending.add(ID);
    topics.letters.put(ID, new DeadLettered("expired", Optional.of("timestamp_expired"), 3, 42));

    TraceResult found = trace.find(ID, Optional.empty());

    assertThat(found.state()).isEqualTo(State.DEAD_LETTERED);
    assertThat(found.detail())
        .contains("(timestamp_expired)", "at 3:42", "log-worker dlq show 3:42");
    assertThat(found.deadLetter()).isPresent();
  }

  @Test
  void aSpooledEvent_isFound() {
    spooled.add(ID);

    TraceResult found = trace.find(ID, Optional.empty());

    assertThat(found.state()).isEqualTo(State.SPOOLED);
    assertThat(found.detail()).contains("since 2026-11-30T12:00:00Z");
  }

  @Test
  void anEventInKafkaAndInTheSpool_isPending() {
    topics.pending.add(ID);
    spooled.add(ID);

    assertThat(trace.find(ID, Optional.empty()).state()).isEqualTo(State.PENDING);
  }

  @Test
  void anEventThatIsStoredDuringTheSearch_isStored() {
    topics.meanwhile = () -> stored.add(ID);

    TraceResult found = trace.find(ID, Optional.empty());

    assertThat(found.state()).isEqualTo(State.STORED);
  }

  @Test
  void anUnknownEvent_isExplained() {
    TraceResult found = trace.find(ID, Optional.empty());

    assertThat(found.state()).isEqualTo(State.UNKNOWN);
    assertThat(found.detail()).contains("never accepted", "post it again");
    assertThat(found.unchecked()).isEmpty();
  }

  @Test
  void withoutKafka_theOtherPlacesAreSearched() {
    topics.answers = false;
    spooled.add(ID);

    TraceResult found = trace.find(ID, Optional.empty());

    assertThat(found.state()).isEqualTo(State.SPOOLED);
    assertThat(found.checked()).containsExactly(Place.MONGODB, Place.SPOOL);
    assertThat(found.unchecked())
        .containsExactly(
            new Unchecked(Place.KAFKA, "no broker answered in time"),
            new Unchecked(Place.DEAD_LETTERS, "no broker answered in time"));
    assertThat(topics.calls).as("Kafka is asked once when it does not answer").isEqualTo(1);
  }

  @Test
  void withoutKafka_anEventThatIsNowhereElseMayBeThere() {
    topics.answers = false;

    TraceResult found = trace.find(ID, Optional.empty());

    assertThat(found.state()).isEqualTo(State.UNKNOWN);
    assertThat(found.detail())
        .contains("some places did not answer", "kafka (no broker answered in time)");
  }

  @Test
  void withoutMongoDb_theOtherPlacesAreSearched() {
    mongoAnswers = false;
    topics.pending.add(ID);

    TraceResult found = trace.find(ID, Optional.empty());

    assertThat(found.state()).isEqualTo(State.PENDING);
    assertThat(found.unchecked())
        .containsExactly(new Unchecked(Place.MONGODB, "MongoDB does not answer"));
  }

  @Test
  void aSearchThatEndedEarly_saysSo() {
    topics.complete = false;

    TraceResult found = trace.find(ID, Optional.empty());

    assertThat(found.state()).isEqualTo(State.UNKNOWN);
    assertThat(found.detail()).contains("first 50 of 120 records", "requestId");
  }

  @Test
  void aPartOfTheSpool_isNotAllOfIt() {
    spoolComplete = false;

    assertThat(trace.find(ID, Optional.empty()).detail()).contains("only a part of the spool");
  }

  @Test
  void withoutAMessageQueue_kafkaIsNotMissed() {
    EventTrace direct = new EventTrace(this::findStored, this::findSpooled, Optional.empty());

    TraceResult found = direct.find(ID, Optional.empty());

    assertThat(found.checked()).containsExactly(Place.MONGODB, Place.SPOOL);
    assertThat(found.unchecked()).isEmpty();
  }

  @Test
  void aSecondSearchMeanwhile_isBusy() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    topics.meanwhile =
        () -> {
          inside.countDown();
          try {
            mayEnd.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    CompletableFuture<TraceResult> first =
        CompletableFuture.supplyAsync(() -> trace.find(ID, Optional.empty()));
    inside.await();

    assertThatThrownBy(() -> trace.find(ID, Optional.empty()))
        .isInstanceOfSatisfying(
            QueryException.class,
            busy -> {
              assertThat(busy.status()).isEqualTo(429);
              assertThat(busy.code()).isEqualTo("query_busy");
              assertThat(busy.headers()).containsEntry("Retry-After", "1");
            });
    mayEnd.countDown();
    assertThat(first.get().state()).isEqualTo(State.UNKNOWN);
    assertThat(trace.find(ID, Optional.empty()).state()).isEqualTo(State.UNKNOWN);
  }
}
