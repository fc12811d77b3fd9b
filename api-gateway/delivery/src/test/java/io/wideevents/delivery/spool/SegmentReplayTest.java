package io.wideevents.delivery.spool;

import static io.wideevents.delivery.spool.TestSpools.idsOf;
import static io.wideevents.delivery.spool.TestSpools.read;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import io.wideevents.time.Deadline;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** The replay of sealed segments, on virtual time. */
class SegmentReplayTest {
  private static final Path DIRECTORY = Path.of("/simulated/spool");
  private static final Path PENDING = DIRECTORY.resolve("pending");
  private static final int CHUNK = 500;

  private SimulatedDisk disk = new SimulatedDisk();
  private SteppedSpool spool = open(disk);
  private final RecordingLogger tiers = new RecordingLogger(Tier.KAFKA);
  private final RecordingLogger topic = new RecordingLogger(Tier.KAFKA);
  // The recording tiers use the real clock.
  private long now = System.nanoTime();
  private SpoolReplayer replayer = replayer(tiers);

  @BeforeAll
  static void silence() {
    setLevel(Level.OFF);
  }

  @AfterAll
  static void speak() {
    setLevel(null);
  }

  private static void setLevel(@Nullable Level level) {
    ((Logger) LoggerFactory.getLogger("io.wideevents.delivery.spool")).setLevel(level);
  }

  @Test
  void delivers_theOldestFirstAndDeletesTheSegments() {
    append(0, 2 * CHUNK + 100);

    run(Duration.ofSeconds(1));

    assertThat(tiers.durable().keySet())
        .containsExactlyElementsOf(idsOf(StubEvent.many(2 * CHUNK + 100)));
    assertThat(tiers.calls()).allSatisfy(call -> assertThat(call).hasSizeLessThanOrEqualTo(CHUNK));
    assertThat(spool.spool().stats().pendingEvents()).isZero();
    assertThat(spool.spool().stats().bytes()).isZero();
    assertThat(disk.list(PENDING)).isEmpty();
  }

  @Test
  void delivers_theStoredBytes() {
    append(1, 2);

    run(Duration.ofSeconds(1));

    EncodedEvent delivered = tiers.calls().getFirst().getFirst();
    assertThat(delivered.json(Tier.KAFKA)).isEqualTo(StubEvent.numbered(1).json(Tier.SPOOL));
    assertThat(delivered.requestId()).isEqualTo(StubEvent.numbered(1).requestId());
  }

  @Test
  void counts_whatIsPendingWhileASegmentIsReplayed() {
    append(0, CHUNK + 100);
    spool.spool().segments().seal();

    while (tiers.calls().isEmpty() || replayer.stats().replayed() == 0) {
      now += SteppedSpool.replayOnce(replayer);
    }

    assertThat(spool.spool().stats().pendingEvents()).isLessThan(CHUNK + 100).isPositive();
    assertThat(read(spool.spool())).hasSize(Math.toIntExact(spool.spool().stats().pendingEvents()));
  }

  @Test
  void newEvent_isDeliveredSoonBehindALongRound() {
    // Given a chunk whose pause is shorter than the time to the next seal
    replayer = replayer(tiers, CHUNK);
    append(0, 100);
    run(Duration.ofMillis(1));

    // When
    append(100, 101);
    run(Duration.ofMillis(300));

    // Then
    assertThat(tiers.durable()).hasSize(101);
  }

  @Test
  void outage_keepsEverythingAndMakesFewFiles() {
    tiers.goDown();
    for (int n = 0; n < 600; n++) {
      append(n, n + 1);
      run(Duration.ofSeconds(1));
    }

    assertThat(spool.spool().stats().pendingEvents()).isEqualTo(600);
    assertThat(replayer.stats().replayed()).isZero();
    assertThat(disk.list(PENDING)).hasSizeBetween(2, 80);

    tiers.comeBack();
    run(Duration.ofSeconds(60));

    assertThat(tiers.durable()).hasSize(600);
    assertThat(disk.list(PENDING)).isEmpty();
  }

  @Test
  void endOfAnOutage_startsWithTheOldest() {
    append(0, 3 * CHUNK);
    tiers.goDown();
    run(Duration.ofSeconds(20));
    int before = tiers.calls().size();
    tiers.comeBack();
    replayer.wake();

    run(Duration.ofSeconds(20));

    assertThat(tiers.calls().subList(before, before + 2).stream().map(call -> call.getFirst().id()))
        .contains(StubEvent.numbered(0).id());
    assertThat(tiers.durable()).hasSize(3 * CHUNK);
  }

  @Test
  void unconfirmedEvents_holdUpNoOther() {
    List<StubEvent> events = StubEvent.many(3 * CHUNK);
    Set<EventId> stuck = new HashSet<>(idsOf(events.subList(0, CHUNK + 1)));
    append(0, 3 * CHUNK);
    tiers.leaveUnconfirmed(event -> stuck.contains(event.id()));

    run(Duration.ofMinutes(1));
    append(3 * CHUNK, 3 * CHUNK + 10);
    run(Duration.ofMinutes(1));

    assertThat(idsOf(read(spool.spool()))).isEqualTo(idsOf(events.subList(0, CHUNK + 1)));
    assertThat(spool.spool().stats().pendingEvents()).isEqualTo(CHUNK + 1);
    assertThat(tiers.durable()).hasSize(2 * CHUNK + 9);
    tiers.leaveUnconfirmed(event -> false);
    run(Duration.ofMinutes(1));
    assertThat(spool.spool().stats().pendingEvents()).isZero();
    assertThat(disk.list(PENDING)).isEmpty();
  }

  @Test
  void unconfirmedEventsInManySegments_delayNewEventsLittle() {
    // Given 60 segments with an event that stays
    tiers.leaveUnconfirmed(event -> event.requestId().endsWith("0"));
    for (int n = 0; n < 600; n += 10) {
      append(n, n + 10);
      spool.spool().segments().seal();
    }
    run(Duration.ofSeconds(30));
    assertThat(disk.list(PENDING)).hasSize(60);

    // When
    append(601, 602);
    run(Duration.ofSeconds(40));

    // Then
    assertThat(tiers.durable()).hasSize(541);
  }

  @Test
  void rejectedEventsInManySegments_delayNewEventsLittle() {
    // Given 200 segments with an event that waits for the dead-letter topic
    useLargeSpool();
    topic.goDown();
    tiers.refuse(event -> event.requestId().endsWith("0"));
    for (int n = 0; n < 2_000; n += 10) {
      append(n, n + 10);
      spool.spool().segments().seal();
    }
    run(Duration.ofMinutes(1));
    assertThat(disk.list(PENDING)).hasSize(200);

    for (int n = 2_001; n < 2_009; n++) {
      // When
      append(n, n + 1);
      run(Duration.ofSeconds(6));

      // Then
      assertThat(tiers.durable()).containsKey(StubEvent.numbered(n).id());
    }
  }

  @Test
  void rejectedEvent_keepsItsSegmentUntilTheDeadLetterTopicTakesItAndNoOther() {
    // Given
    topic.goDown();
    EventId poison = StubEvent.numbered(2).id();
    tiers.refuse(event -> event.id().equals(poison));
    append(0, 10);
    run(Duration.ofSeconds(5));

    // When
    append(10, 20);
    run(Duration.ofMinutes(1));

    // Then
    assertThat(tiers.durable()).hasSize(19);
    assertThat(disk.list(PENDING)).hasSize(1);
    assertThat(spool.spool().stats().pendingEvents()).isZero();
    assertThat(spool.spool().stats().refusedEvents()).isOne();
    assertThat(replayer.stats()).isEqualTo(new ReplayStats(19, 1, 0));
    assertThat(tiers.calls()).filteredOn(call -> idsOf(call).contains(poison)).hasSize(1);
    SpooledEvent letter = (SpooledEvent) topic.calls().getLast().getFirst();
    assertThat(letter.refusalCode()).isEqualTo("refused_by_database");
    assertThat(letter.refusalMessage()).isEqualTo("Document failed validation");

    // When
    topic.comeBack();
    run(Duration.ofSeconds(10));

    // Then
    assertThat(topic.durable()).containsOnlyKeys(poison);
    assertThat(replayer.stats()).isEqualTo(new ReplayStats(19, 1, 1));
    assertThat(spool.spool().stats().refusedEvents()).isZero();
    assertThat(disk.list(PENDING)).isEmpty();
  }

  @Test
  void silentDeadLetterTopic_delaysNoPendingEvent() {
    topic.fallSilent();
    tiers.refuse(event -> event.id().value().hashCode() % 10 == 0);
    append(0, 3 * CHUNK);

    run(Duration.ofSeconds(5));

    assertThat(spool.spool().stats().pendingEvents()).isZero();
    assertThat(replayer.stats().replayed() + replayer.stats().setAside()).isEqualTo(3 * CHUNK);
    topic.comeBack();
    run(Duration.ofSeconds(30));
    assertThat(spool.spool().stats().refusedEvents()).isZero();
    assertThat(disk.list(PENDING)).isEmpty();
  }

  @Test
  void rejectedEventsBeyondTheLimitOfReasons_areAllDeadLettered() {
    int count = SegmentLog.MOST_REASONS + 2_000;
    useLargeSpool();
    topic.goDown();
    tiers.refuse(event -> true);
    append(0, count);
    run(Duration.ofMinutes(2));
    assertThat(spool.spool().stats().refusedEvents()).isEqualTo(count);
    assertThat(spool.spool().stats().pendingEvents()).isZero();

    topic.comeBack();
    run(Duration.ofMinutes(2));

    assertThat(topic.durable()).hasSize(count);
    assertThat(replayer.stats()).isEqualTo(new ReplayStats(0, count, count));
    assertThat(spool.spool().stats().bytes()).isZero();
  }

  @Test
  void eventThatWasOnlySpooledAgain_stays() {
    replayer = replayer(new RecordingLogger(Tier.SPOOL));
    append(0, 3);

    run(Duration.ofSeconds(10));

    assertThat(replayer.stats().replayed()).isZero();
    assertThat(spool.spool().stats().pendingEvents()).isEqualTo(3);
  }

  @Test
  void eventThatIsNoneAnyMore_isDeadLetteredAndHoldsUpNoOther() {
    StubEvent undecodable = StubEvent.numbered(1);
    replayer =
        replayer(
            new DecodingLogger(
                tiers,
                event -> {
                  if (event.id().equals(undecodable.id())) {
                    throw TestSpools.undecodable(event.id());
                  }
                }));
    append(0, 3);

    run(Duration.ofSeconds(10));

    assertThat(tiers.durable()).hasSize(2);
    assertThat(topic.durable()).containsOnlyKeys(undecodable.id());
    assertThat(((SpooledEvent) topic.calls().getFirst().getFirst()).refusalCode())
        .isEqualTo("undecodable");
    assertThat(replayer.stats()).isEqualTo(new ReplayStats(2, 1, 1));
    assertThat(disk.list(PENDING)).isEmpty();
  }

  @Test
  void throwingTier_isAnOutage() {
    replayer =
        replayer(
            new DecodingLogger(
                tiers,
                event -> {
                  throw new IllegalStateException("closed");
                }));
    append(0, 3);

    run(Duration.ofSeconds(10));

    assertThat(spool.spool().stats().pendingEvents()).isEqualTo(3);
    assertThat(replayer.stats()).isEqualTo(new ReplayStats(0, 0, 0));
  }

  @Test
  void unreadableSegment_holdsUpNoOther() throws Exception {
    // Given
    append(0, 10);
    spool.spool().segments().seal();
    append(10, 20);
    spool.spool().segments().seal();
    Path first = disk.list(PENDING).getFirst();
    byte[] bytes = disk.bytes(first);
    disk.lose(first);

    // When
    run(Duration.ofSeconds(5));

    // Then
    assertThat(tiers.durable().keySet()).isEqualTo(Set.copyOf(ids(10, 20)));
    assertThat(spool.spool().stats().damage().ranges()).isOne();

    // When
    disk.put(first, bytes);
    run(Duration.ofSeconds(5));

    // Then
    assertThat(tiers.durable()).hasSize(20);
    assertThat(disk.list(PENDING)).isEmpty();
  }

  @Test
  void lastChunkOfASegment_deletesTheSegmentWhenItIsAcknowledged() {
    append(0, CHUNK);
    spool.spool().segments().seal();

    while (replayer.stats().replayed() < CHUNK) {
      now += SteppedSpool.replayOnce(replayer);
    }

    assertThat(disk.list(PENDING)).isEmpty();
  }

  @Test
  void wake_duringADelivery_endsTheBackoffAfterIt() {
    // Given a backoff that has grown, and a delivery without an answer yet
    HeldLogger held = new HeldLogger();
    replayer = replayer(held);
    append(0, 1);
    for (int failure = 0; failure < 20; failure++) {
      failNext(held);
    }
    advanceTo(held);

    // When
    replayer.wake();
    SteppedSpool.replayOnce(replayer);
    held.fail();
    long pause = SteppedSpool.replayOnce(replayer);

    // Then
    assertThat(pause).isZero();
  }

  @Test
  void wake_doesNotExceedTheRate() {
    replayer = replayer(tiers, CHUNK);
    append(0, 3 * CHUNK);
    spool.spool().segments().seal();

    for (int n = 0; n < 5; n++) {
      replayer.wake();
      run(Duration.ofMillis(100));
    }

    assertThat(replayer.stats().replayed()).isEqualTo(CHUNK);
  }

  @Test
  void manyRejectedEventsWithoutADeadLetterTopic_delayNoOtherEvent() {
    // Given more rejected events than reasons are kept
    int count = SegmentLog.MOST_REASONS + 20 * CHUNK;
    useLargeSpool();
    topic.goDown();
    Set<EventId> poison = Set.copyOf(ids(0, count));
    tiers.refuse(event -> poison.contains(event.id()));
    append(0, count);
    run(Duration.ofMinutes(2));
    int before = tiers.calls().size();

    // When
    append(count, count + 10);
    run(Duration.ofSeconds(5));

    // Then
    assertThat(tiers.durable()).hasSize(10);
    assertThat(tiers.calls().size() - before).isLessThan(10);
  }

  @Test
  void damageAfterAFirstPass_losesNoEventBehindIt() throws Exception {
    // Given ten events of which the second and the eighth stay
    Set<EventId> stuck = Set.of(StubEvent.numbered(1).id(), StubEvent.numbered(7).id());
    tiers.leaveUnconfirmed(event -> stuck.contains(event.id()));
    append(0, 10);
    run(Duration.ofSeconds(5));
    assertThat(tiers.durable()).hasSize(8);

    // When the disk damages the sixth, which was delivered
    Path file = disk.list(PENDING).getFirst();
    disk.flipBit(file, offsetOf(disk.bytes(file), StubEvent.numbered(5)), 0);
    tiers.leaveUnconfirmed(event -> false);
    run(Duration.ofSeconds(30));

    // Then
    assertThat(tiers.durable()).hasSize(10);
    assertThat(spool.spool().stats().damage().ranges()).isOne();
    assertThat(disk.list(PENDING)).isEmpty();
  }

  @Test
  void damageThatASecondPassDoesNotMeet_losesNoEventBehindIt() throws Exception {
    // Given ten events of which the first and the eighth stay, and a wrong read of the sixth
    Set<EventId> stuck = Set.of(StubEvent.numbered(0).id(), StubEvent.numbered(7).id());
    tiers.leaveUnconfirmed(event -> stuck.contains(event.id()));
    append(0, 10);
    Path file = disk.list(PENDING).getFirst();
    int misread = offsetOf(disk.bytes(file), StubEvent.numbered(5));
    disk.flipBit(file, misread, 0);
    run(Duration.ofSeconds(5));
    assertThat(tiers.durable()).hasSize(7);

    // When
    disk.flipBit(file, misread, 0);
    tiers.leaveUnconfirmed(event -> false);
    run(Duration.ofSeconds(30));

    // Then
    assertThat(tiers.durable()).hasSize(10);
    assertThat(spool.spool().stats().damage().ranges()).isOne();
    assertThat(disk.list(PENDING)).isEmpty();
  }

  @Test
  void damageDuringADeadLetterCall_losesNoEventBehindIt() throws Exception {
    // Given a dead letter without an answer, and events before and behind it that stay
    EventId poison = StubEvent.numbered(4).id();
    Set<EventId> stuck = Set.of(StubEvent.numbered(0).id(), StubEvent.numbered(5).id());
    HeldLogger held = new HeldLogger();
    tiers.refuse(event -> event.id().equals(poison));
    tiers.leaveUnconfirmed(event -> stuck.contains(event.id()));
    replayer = replayer(tiers, held, 1_000_000);
    append(0, 10);
    run(Duration.ofSeconds(1));
    assertThat(tiers.durable()).hasSize(7);

    // When the disk damages the third event, which was delivered, and the topic answers
    Path file = disk.list(PENDING).getFirst();
    disk.flipBit(file, offsetOf(disk.bytes(file), StubEvent.numbered(2)), 0);
    run(Duration.ofSeconds(7));
    assertThat(spool.spool().stats().damage().ranges()).isOne();
    held.confirm();
    replayer.wake();
    SteppedSpool.replayOnce(replayer);

    // Then
    tiers.leaveUnconfirmed(event -> false);
    run(Duration.ofSeconds(30));
    assertThat(tiers.durable())
        .containsKeys(StubEvent.numbered(0).id(), StubEvent.numbered(5).id());
  }

  @Test
  void deadLettersThatNoPartitionTakes_delayNoOtherDeadLetter() {
    // Given more than a chunk of dead letters whose partition has no leader
    Set<EventId> stuck = Set.copyOf(ids(0, CHUNK + 10));
    tiers.refuse(event -> true);
    topic.leaveUnconfirmed(event -> stuck.contains(event.id()));
    append(0, CHUNK + 20);

    // When
    run(Duration.ofMinutes(2));

    // Then
    assertThat(topic.durable().keySet()).isEqualTo(Set.copyOf(ids(CHUNK + 10, CHUNK + 20)));
  }

  @Test
  void deadLettersThatNoPartitionTook_areSentAgainWhileOthersAreRejected() {
    // Given dead letters whose partition had no leader
    Set<EventId> stuck = Set.copyOf(ids(0, 10));
    tiers.refuse(event -> true);
    topic.leaveUnconfirmed(event -> stuck.contains(event.id()));
    append(0, 20);
    run(Duration.ofSeconds(5));
    topic.leaveUnconfirmed(event -> false);

    // When the database rejects another event in each round
    for (int n = 20; n < 220; n++) {
      append(n, n + 1);
      run(Duration.ofMillis(50));
    }

    // Then
    assertThat(topic.durable().keySet()).containsAll(stuck);
  }

  @Test
  void crash_afterADeadLetterWasStored_sendsItAgain() {
    // Given an event that is dead-lettered, and another one that keeps the segment
    EventId poison = StubEvent.numbered(2).id();
    EventId stuck = StubEvent.numbered(7).id();
    tiers.refuse(event -> event.id().equals(poison));
    tiers.leaveUnconfirmed(event -> event.id().equals(stuck));
    append(0, 10);
    run(Duration.ofSeconds(5));
    assertThat(topic.durable()).containsOnlyKeys(poison);

    // When
    disk = disk.afterKill();
    spool = open(disk);
    replayer = replayer(tiers);
    tiers.leaveUnconfirmed(event -> false);
    int before = topic.calls().size();
    run(Duration.ofSeconds(5));

    // Then
    assertThat(topic.calls().subList(before, topic.calls().size()))
        .singleElement()
        .satisfies(call -> assertThat(idsOf(call)).containsExactly(poison));
    assertThat(tiers.durable()).hasSize(9).doesNotContainKey(poison);
    assertThat(replayer.stats()).isEqualTo(new ReplayStats(9, 1, 1));
    assertThat(disk.list(PENDING)).isEmpty();
  }

  @Test
  void crash_sendsTheWholeSegmentAgain() {
    EventId stuck = StubEvent.numbered(7).id();
    tiers.leaveUnconfirmed(event -> event.id().equals(stuck));
    append(0, 10);
    run(Duration.ofSeconds(5));
    assertThat(spool.spool().stats().pendingEvents()).isOne();

    disk = disk.afterKill();
    spool = open(disk);
    assertThat(spool.spool().stats().pendingEvents()).isEqualTo(10);
    tiers.leaveUnconfirmed(event -> false);
    int before = tiers.calls().size();
    replayer = replayer(tiers);
    run(Duration.ofSeconds(5));

    assertThat(idsOf(tiers.calls().get(before))).isEqualTo(ids(0, 10));
    assertThat(replayer.stats().replayed()).isEqualTo(10);
    assertThat(disk.list(PENDING)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void everyEventEndsInOnePlace_howeverTheTiersBehave(long seed) {
    Random random = new Random(seed);
    int count = 4 * CHUNK;
    Set<EventId> poison = new HashSet<>();
    ids(0, count).stream().filter(id -> random.nextInt(50) == 0).forEach(poison::add);
    tiers.refuse(event -> poison.contains(event.id()));
    int appended = 0;

    for (int attempt = 0; attempt < 60; attempt++) {
      int next = Math.min(count, appended + random.nextInt(100));
      append(appended, next);
      appended = next;
      change(tiers, random);
      change(topic, random);
      int unlucky = random.nextInt(10);
      tiers.leaveUnconfirmed(event -> event.id().value().hashCode() % 10 == unlucky);
      disk.failReads(random.nextInt(10) == 0);
      run(Duration.ofMillis(random.nextInt(2_000)));
    }
    append(appended, count);
    disk.failReads(false);
    tiers.comeBack();
    topic.comeBack();
    tiers.leaveUnconfirmed(event -> false);
    run(Duration.ofMinutes(1));

    assertThat(topic.durable().keySet()).isEqualTo(poison);
    Set<EventId> rest = new HashSet<>(ids(0, count));
    rest.removeAll(poison);
    assertThat(tiers.durable().keySet()).isEqualTo(rest);
    assertThat(replayer.stats())
        .isEqualTo(new ReplayStats(rest.size(), poison.size(), poison.size()));
    assertThat(spool.spool().stats().bytes()).isZero();
    assertThat(disk.list(PENDING)).isEmpty();
  }

  private static void change(RecordingLogger target, Random random) {
    if (random.nextInt(4) == 0) {
      target.goDown();
    } else {
      target.comeBack();
    }
  }

  private void append(int from, int to) {
    for (int first = from; first < to; first += 50) {
      List<EncodedEvent> events = new ArrayList<>();
      IntStream.range(first, Math.min(first + 50, to))
          .forEach(n -> events.add(StubEvent.numbered(n)));
      CompletableFuture<SpoolOutcome> outcome = spool.spool().append(events);
      spool.writeOnce();
      assertThat(outcome).isCompletedWithValue(new SpoolOutcome.Spooled());
    }
  }

  private static List<EventId> ids(int from, int to) {
    return IntStream.range(from, to).mapToObj(n -> StubEvent.numbered(n).id()).toList();
  }

  /** Lets time pass, and does the due work. */
  private void run(Duration duration) {
    long end = now + duration.toNanos();
    while (now < end) {
      now += Math.min(SteppedSpool.replayOnce(replayer), end - now);
    }
  }

  private void useLargeSpool() {
    SpoolSettings settings = new SpoolSettings(DIRECTORY, 1L << 28, 0, 1_000_000);
    spool = SteppedSpool.open(disk, settings, TestSpools.decoder(), InstantSource.system());
    replayer = replayer(tiers);
  }

  private static SteppedSpool open(SimulatedDisk disk) {
    return SteppedSpool.open(
        disk, TestSpools.settings(DIRECTORY), TestSpools.decoder(), InstantSource.system());
  }

  private SpoolReplayer replayer(LoggerPort target) {
    return replayer(target, 1_000_000);
  }

  private SpoolReplayer replayer(LoggerPort target, int eventsPerSecond) {
    return replayer(target, topic, eventsPerSecond);
  }

  private SpoolReplayer replayer(LoggerPort target, LoggerPort letters, int eventsPerSecond) {
    return spool.replayer(
        target,
        (events, deadline) -> letters.log(List.copyOf(events), deadline),
        eventsPerSecond,
        new Random(1),
        () -> now);
  }

  private void failNext(HeldLogger held) {
    advanceTo(held);
    held.fail();
    now += SteppedSpool.replayOnce(replayer);
  }

  /** Lets time pass until a delivery has no answer. */
  private void advanceTo(HeldLogger held) {
    while (held.answer == null) {
      long pause = SteppedSpool.replayOnce(replayer);
      now += held.answer == null ? pause : 0;
    }
  }

  private static int offsetOf(byte[] bytes, EncodedEvent event) {
    String json = new String(event.json(Tier.SPOOL), StandardCharsets.ISO_8859_1);
    return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(json);
  }

  /** A tier whose test decides when it answers. */
  private static final class HeldLogger implements LoggerPort {
    @Nullable CompletableFuture<List<DeliveryOutcome>> answer;
    private int events;

    @Override
    public CompletableFuture<List<DeliveryOutcome>> log(
        List<EncodedEvent> events, Deadline deadline) {
      this.events = events.size();
      answer = new CompletableFuture<>();
      return answer;
    }

    void confirm() {
      Objects.requireNonNull(answer)
          .complete(Collections.nCopies(events, new DeliveryOutcome.Durable(Tier.KAFKA)));
      answer = null;
    }

    void fail() {
      Objects.requireNonNull(answer).completeExceptionally(new IllegalStateException("down"));
      answer = null;
    }

    @Override
    public void close() {}
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
