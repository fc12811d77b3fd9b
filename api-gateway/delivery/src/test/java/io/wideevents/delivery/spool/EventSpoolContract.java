package io.wideevents.delivery.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link EventSpool} promises, whatever it is made of. */
abstract class EventSpoolContract {
  private static final int MIB = 1 << 20;
  private static final int CALL_EVENTS = 20;

  /** An empty spool bounded to 1 MiB, the same one within a test. */
  protected abstract EventSpool spool();

  @Test
  void append_keepsEventsInTheOrderTheyCame() throws Exception {
    List<StubEvent> events = StubEvent.many(100);

    append(spool(), events.subList(0, 40));
    append(spool(), events.subList(40, 100));

    assertThat(idsOf(read(spool().pending()))).isEqualTo(idsOf(events));
  }

  @Test
  void append_keepsTheBytesOfTheSpoolTier() throws Exception {
    StubEvent event = StubEvent.of("checkout", "Grüße, 世界");
    Instant before = Instant.now().minusMillis(1);

    append(spool(), List.of(event));

    SpooledEvent spooled = read(spool().pending()).getFirst();
    assertThat(spooled.id()).isEqualTo(event.id());
    assertThat(spooled.requestId()).isEqualTo(event.requestId());
    assertThat(spooled.outcome()).isEqualTo(event.outcome());
    assertThat(spooled.json(Tier.KAFKA)).isEqualTo(event.json(Tier.SPOOL));
    assertThat(spooled.spooledAt()).isBetween(before, Instant.now());
  }

  @Test
  void append_refusesAllOfACallThatIsOverTheBound() throws Exception {
    append(spool(), StubEvent.many(10));
    StubEvent large = StubEvent.of("checkout", "x".repeat(MIB));

    SpoolOutcome outcome = outcome(spool(), List.of(StubEvent.numbered(11), large));

    assertThat(outcome)
        .isInstanceOfSatisfying(
            SpoolOutcome.Refused.class,
            refused ->
                assertThat(refused.reason()).isEqualTo(SpoolOutcome.RefusalReason.SPOOL_FULL));
    assertThat(idsOf(read(spool().pending()))).isEqualTo(idsOf(StubEvent.many(10)));
  }

  @Test
  void append_takesEventsAgainOnceRemovalMadeRoom() throws Exception {
    int taken = fill(spool());
    assertThat(taken).isPositive();
    spool().pending().remove(read(spool().pending()));

    SpoolOutcome outcome = outcome(spool(), StubEvent.many(10));

    assertThat(outcome).isEqualTo(new SpoolOutcome.Spooled());
    assertThat(spool().stats().pendingEvents()).isEqualTo(10);
  }

  @Test
  void append_refusesAfterClose() throws Exception {
    EventSpool spool = spool();
    spool.close();

    SpoolOutcome outcome = outcome(spool, StubEvent.many(1));

    assertThat(outcome)
        .isInstanceOfSatisfying(
            SpoolOutcome.Refused.class,
            refused -> assertThat(refused.reason()).isEqualTo(SpoolOutcome.RefusalReason.CLOSED));
  }

  @Test
  void read_goesOnWhereTheLastChunkEnded() throws Exception {
    List<StubEvent> events = StubEvent.many(25);
    append(spool(), events);

    List<SpooledEvent> all = new ArrayList<>();
    List<SpooledEvent> chunk = spool().pending().read(SpoolPosition.START, 10, MIB);
    while (!chunk.isEmpty()) {
      assertThat(chunk).hasSizeLessThanOrEqualTo(10);
      all.addAll(chunk);
      chunk = spool().pending().read(all.getLast().next(), 10, MIB);
    }

    assertThat(idsOf(all)).isEqualTo(idsOf(events));
  }

  @Test
  void read_keepsToItsBoundInBytesButReturnsOneEvent() throws Exception {
    List<StubEvent> events = StubEvent.many(3);
    append(spool(), events);
    int one = events.getFirst().json(Tier.SPOOL).length;

    assertThat(spool().pending().read(SpoolPosition.START, 10, 1)).hasSize(1);
    assertThat(spool().pending().read(SpoolPosition.START, 10, 2 * one)).hasSize(2);
  }

  @Test
  void remove_leavesTheOthers() throws Exception {
    List<StubEvent> events = StubEvent.many(10);
    append(spool(), events);
    List<SpooledEvent> spooled = read(spool().pending());

    spool().pending().remove(List.of(spooled.get(7), spooled.get(0), spooled.get(4)));

    assertThat(idsOf(read(spool().pending())))
        .isEqualTo(
            idsOf(
                List.of(
                    events.get(1),
                    events.get(2),
                    events.get(3),
                    events.get(5),
                    events.get(6),
                    events.get(8),
                    events.get(9))));
    assertThat(spool().stats().pendingEvents()).isEqualTo(7);
  }

  @Test
  void remove_ofTheSameEventTwiceChangesNothing() throws Exception {
    append(spool(), StubEvent.many(3));
    List<SpooledEvent> spooled = read(spool().pending());
    spool().pending().remove(spooled.subList(0, 2));

    spool().pending().remove(spooled.subList(0, 2));

    assertThat(spool().stats().pendingEvents()).isEqualTo(1);
  }

  @Test
  void remove_ofEverythingLeavesAnEmptySpool() throws Exception {
    append(spool(), StubEvent.many(10));

    spool().pending().remove(read(spool().pending()));

    SpoolStats stats = spool().stats();
    assertThat(stats.pendingEvents()).isZero();
    assertThat(stats.bytes()).isZero();
    assertThat(stats.oldest()).isEmpty();
    assertThat(read(spool().pending())).isEmpty();
  }

  @Test
  void setAside_movesAnEventWithItsReason() throws Exception {
    List<StubEvent> events = StubEvent.many(3);
    append(spool(), events);
    SpooledEvent poison = read(spool().pending()).get(1);

    spool()
        .setAside(
            List.of(new Refusal(poison, "refused_by_database", "Document failed validation")));

    assertThat(idsOf(read(spool().pending())))
        .isEqualTo(idsOf(List.of(events.get(0), events.get(2))));
    SpooledEvent aside = read(spool().refused()).getFirst();
    assertThat(aside.id()).isEqualTo(poison.id());
    assertThat(aside.json(Tier.SPOOL)).isEqualTo(events.get(1).json(Tier.SPOOL));
    assertThat(aside.spooledAt()).isEqualTo(poison.spooledAt());
    assertThat(aside.refusalCode()).isEqualTo("refused_by_database");
    assertThat(aside.refusalMessage()).isEqualTo("Document failed validation");
    assertThat(spool().stats().refusedEvents()).isEqualTo(1);
  }

  @Test
  void setAside_isNotBoundedBySize() throws Exception {
    fill(spool());
    List<SpooledEvent> all = read(spool().pending());

    spool().setAside(all.stream().map(event -> new Refusal(event, "code", "message")).toList());

    assertThat(spool().stats().pendingEvents()).isZero();
    assertThat(idsOf(read(spool().refused()))).isEqualTo(idsOf(all));
  }

  @Test
  void stats_tellsWhenTheOldestEventCame() throws Exception {
    Instant before = Instant.now().minusMillis(1);
    append(spool(), StubEvent.many(1));
    Instant after = Instant.now();
    append(spool(), StubEvent.many(2));

    assertThat(spool().stats().oldest())
        .hasValueSatisfying(oldest -> assertThat(oldest).isBetween(before, after));
  }

  /** Appends until the spool is full; returns how many events it took. */
  static int fill(EventSpool spool) throws Exception {
    int taken = 0;
    while (outcome(spool, someFrom(taken)) instanceof SpoolOutcome.Spooled) {
      taken += CALL_EVENTS;
    }
    return taken;
  }

  private static List<StubEvent> someFrom(int first) {
    return IntStream.range(first, first + CALL_EVENTS).mapToObj(StubEvent::numbered).toList();
  }

  static void append(EventSpool spool, List<StubEvent> events) throws Exception {
    assertThat(outcome(spool, events)).isEqualTo(new SpoolOutcome.Spooled());
  }

  static SpoolOutcome outcome(EventSpool spool, List<StubEvent> events) throws Exception {
    return spool.append(List.copyOf(events)).get(30, TimeUnit.SECONDS);
  }

  static List<SpooledEvent> read(SpoolQueue queue) {
    return queue.read(SpoolPosition.START, Integer.MAX_VALUE, Integer.MAX_VALUE);
  }

  static List<EventId> idsOf(List<? extends EncodedEvent> events) {
    return events.stream().map(EncodedEvent::id).toList();
  }
}
