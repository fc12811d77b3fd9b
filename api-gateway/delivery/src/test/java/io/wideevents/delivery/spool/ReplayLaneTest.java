package io.wideevents.delivery.spool;

import static io.wideevents.delivery.spool.EventSpoolContract.append;
import static io.wideevents.delivery.spool.EventSpoolContract.idsOf;
import static io.wideevents.delivery.spool.EventSpoolContract.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.delivery.spool.ReplayLane.Step;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import io.wideevents.time.Deadline;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayLaneTest {
  private static final int CHUNK = 500;

  private final InMemoryEventSpool spool = new InMemoryEventSpool();
  private final RecordingLogger tiers = new RecordingLogger(Tier.KAFKA);
  private final ReplayLane lane = SpoolReplayer.pendingLane(spool, tiers, System::nanoTime);

  @Test
  void step_deliversTheOldestFirstAndRemovesThem() throws Exception {
    append(spool, StubEvent.many(CHUNK + 100));

    Step first = step(lane);

    assertThat(first).isEqualTo(new Step(CHUNK, CHUNK, 0));
    assertThat(tiers.durable().keySet()).containsExactlyElementsOf(idsOf(StubEvent.many(CHUNK)));
    assertThat(spool.stats().pendingEvents()).isEqualTo(100);
    assertThat(step(lane)).isEqualTo(new Step(100, 100, 0));
    assertThat(step(lane)).isEqualTo(Step.END_OF_PASS);
  }

  @Test
  void step_deliversTheStoredBytes() throws Exception {
    StubEvent event = StubEvent.numbered(1);
    append(spool, List.of(event));

    step(lane);

    EncodedEvent delivered = tiers.calls().getFirst().getFirst();
    assertThat(delivered.json(Tier.KAFKA)).isEqualTo(event.json(Tier.SPOOL));
    assertThat(delivered.requestId()).isEqualTo(event.requestId());
  }

  @Test
  void step_keepsEverythingDuringAnOutage() throws Exception {
    append(spool, StubEvent.many(3 * CHUNK));
    tiers.goDown();

    for (int attempt = 0; attempt < 10; attempt++) {
      assertThat(step(lane).isProgress()).isFalse();
    }

    assertThat(spool.stats().pendingEvents()).isEqualTo(3 * CHUNK);
  }

  @Test
  void step_startsWithTheOldestOnceAnOutageIsOver() throws Exception {
    append(spool, StubEvent.many(3 * CHUNK));
    tiers.goDown();
    step(lane);
    tiers.comeBack();

    step(lane);
    step(lane);

    assertThat(tiers.calls().getLast().getFirst().id()).isEqualTo(StubEvent.numbered(0).id());
  }

  @Test
  void step_letsNoUnconfirmedEventHoldUpTheOthers() throws Exception {
    List<StubEvent> events = StubEvent.many(3 * CHUNK);
    Set<EventId> stuck = new HashSet<>(idsOf(events.subList(0, CHUNK + 1)));
    append(spool, events);
    tiers.leaveUnconfirmed(event -> stuck.contains(event.id()));

    passes(lane, 2);

    assertThat(idsOf(read(spool.pending()))).isEqualTo(idsOf(events.subList(0, CHUNK + 1)));
    tiers.leaveUnconfirmed(event -> false);
    passes(lane, 2);
    assertThat(spool.stats().pendingEvents()).isZero();
  }

  @Test
  void step_setsRefusedEventsAside() throws Exception {
    StubEvent poison = StubEvent.of("refused", "poison");
    append(spool, List.of(StubEvent.numbered(1), poison, StubEvent.numbered(2)));
    tiers.refuse(event -> event.id().equals(poison.id()));

    Step step = step(lane);

    assertThat(step).isEqualTo(new Step(3, 2, 1));
    assertThat(spool.stats().pendingEvents()).isZero();
    SpooledEvent aside = read(spool.refused()).getFirst();
    assertThat(aside.id()).isEqualTo(poison.id());
    assertThat(aside.refusalCode()).isEqualTo("refused_by_database");
  }

  @Test
  void step_keepsAnEventThatWasOnlySpooledAgain() throws Exception {
    append(spool, StubEvent.many(3));
    RecordingLogger loop = new RecordingLogger(Tier.SPOOL);

    Step step = step(SpoolReplayer.pendingLane(spool, loop, System::nanoTime));

    assertThat(step.isProgress()).isFalse();
    assertThat(spool.stats().pendingEvents()).isEqualTo(3);
  }

  @Test
  void step_setsAsideWhatIsNoEventAnyMore() throws Exception {
    StubEvent undecodable = StubEvent.of("checkout", "undecodable");
    append(spool, List.of(StubEvent.numbered(1), undecodable, StubEvent.numbered(2)));
    LoggerPort decoding =
        new DecodingLogger(
            tiers,
            event -> {
              if (event.id().equals(undecodable.id())) {
                throw TestSpools.undecodable(event.id());
              }
            });

    ReplayLane decodingLane = SpoolReplayer.pendingLane(spool, decoding, System::nanoTime);

    assertThat(step(decodingLane)).isEqualTo(new Step(3, 0, 1));
    assertThat(read(spool.refused()).getFirst().refusalCode()).isEqualTo("undecodable");
    passes(decodingLane, 2);
    assertThat(tiers.durable()).hasSize(2);
    assertThat(spool.stats().pendingEvents()).isZero();
  }

  @Test
  void step_takesAThrowingTierForAnOutage() throws Exception {
    append(spool, StubEvent.many(3));
    LoggerPort broken =
        new DecodingLogger(
            tiers,
            event -> {
              throw new IllegalStateException("closed");
            });

    Step step = step(SpoolReplayer.pendingLane(spool, broken, System::nanoTime));

    assertThat(step).isEqualTo(new Step(3, 0, 0));
    assertThat(spool.stats().pendingEvents()).isEqualTo(3);
    assertThat(spool.stats().refusedEvents()).isZero();
  }

  @Test
  void conclude_withoutAnAnswerKeepsEverything() throws Exception {
    append(spool, StubEvent.many(3));
    tiers.fallSilent();

    Step step = step(lane);

    assertThat(step.isProgress()).isFalse();
    assertThat(spool.stats().pendingEvents()).isEqualTo(3);
  }

  @Test
  void refusedEvents_leaveOnceTheDeadLetterTopicHasThem() throws Exception {
    append(spool, StubEvent.many(3));
    spool.setAside(
        read(spool.pending()).stream()
            .map(event -> new Refusal(event, "code", "message"))
            .toList());
    List<EventId> deadLettered = new ArrayList<>();
    DeadLetterPort topic =
        (events, deadline) -> {
          deadLettered.addAll(idsOf(events));
          return tiers.log(List.copyOf(events), deadline);
        };

    assertThat(step(SpoolReplayer.refusedLane(spool, DeadLetterPort.UNAVAILABLE, System::nanoTime)))
        .isEqualTo(new Step(3, 0, 0));
    Step step = step(SpoolReplayer.refusedLane(spool, topic, System::nanoTime));

    assertThat(step).isEqualTo(new Step(3, 3, 0));
    assertThat(deadLettered).isEqualTo(idsOf(StubEvent.many(3)));
    assertThat(spool.stats().refusedEvents()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void everyEventEndsInOnePlace_howeverTheTiersBehave(long seed) throws Exception {
    Random random = new Random(seed);
    List<StubEvent> events = StubEvent.many(4 * CHUNK);
    append(spool, events);
    Set<EventId> poison = new HashSet<>();
    events.stream()
        .filter(event -> random.nextInt(50) == 0)
        .forEach(event -> poison.add(event.id()));
    tiers.refuse(event -> poison.contains(event.id()));

    for (int attempt = 0; attempt < 60; attempt++) {
      if (random.nextInt(4) == 0) {
        tiers.goDown();
      } else {
        tiers.comeBack();
      }
      int unlucky = random.nextInt(10);
      tiers.leaveUnconfirmed(event -> event.id().value().hashCode() % 10 == unlucky);
      step(lane);
    }
    tiers.comeBack();
    tiers.leaveUnconfirmed(event -> false);
    passes(lane, 3);

    assertThat(spool.stats().pendingEvents()).isZero();
    assertThat(idsOf(read(spool.refused()))).containsExactlyInAnyOrderElementsOf(poison);
    Collection<EventId> rest = new HashSet<>(idsOf(events));
    rest.removeAll(poison);
    assertThat(tiers.durable().keySet()).containsExactlyInAnyOrderElementsOf(rest);
  }

  private static Step step(ReplayLane lane) {
    return lane.begin().map(lane::conclude).orElse(Step.END_OF_PASS);
  }

  private static void passes(ReplayLane lane, int count) {
    int ended = 0;
    while (ended < count) {
      if (step(lane).equals(Step.END_OF_PASS)) {
        ended++;
      }
    }
  }

  /** A tier that looks at each event, as the MongoDB tier does when it makes documents. */
  private record DecodingLogger(LoggerPort next, Inspection inspection) implements LoggerPort {
    interface Inspection {
      void look(EncodedEvent event);
    }

    @Override
    public CompletableFuture<List<DeliveryOutcome>> log(
        List<EncodedEvent> events, Deadline deadline) {
      events.forEach(inspection::look);
      return next.log(events, deadline);
    }

    @Override
    public void close() {
      next.close();
    }
  }
}
