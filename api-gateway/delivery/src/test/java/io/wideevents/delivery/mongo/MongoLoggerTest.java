package io.wideevents.delivery.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.DeliveryOutcome.NotConfirmed;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.LoggerPortContract;
import io.wideevents.delivery.NotSentException;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventDocument;
import io.wideevents.event.EventId;
import io.wideevents.event.ForwardingEvent;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import io.wideevents.mongo.BatchWriter;
import io.wideevents.mongo.InMemoryBatchWriter;
import io.wideevents.mongo.WriteOutcome;
import io.wideevents.time.ClosingTime;
import io.wideevents.time.Deadline;
import io.wideevents.time.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MongoLoggerTest extends LoggerPortContract {
  private static final Duration AMPLE = Duration.ofSeconds(30);
  private static final DeliveryOutcome DURABLE = new DeliveryOutcome.Durable(Tier.MONGODB);

  private final InMemoryBatchWriter database = new InMemoryBatchWriter();
  private final List<MongoLogger> opened = new ArrayList<>();

  @AfterEach
  void close() {
    database.release();
    opened.forEach(MongoLogger::close);
  }

  @Override
  protected LoggerPort logger() {
    return open(20_000, 1 << 20, 1_000, 4);
  }

  @Override
  protected boolean isDurable(EventId id) {
    return database.stored().containsKey(id);
  }

  @Override
  protected void goDown() {
    database.goDown();
  }

  @Override
  protected void fallSilent() {
    database.hold();
  }

  @Test
  void log_sendsALoneEventAtOnce() {
    // Given
    MongoLogger logger = open(100, 1 << 20, 10, 1);

    // When
    List<DeliveryOutcome> outcomes = answer(log(logger, StubEvent.numbered(1)));

    // Then
    assertThat(outcomes).containsExactly(DURABLE);
  }

  @Test
  void log_refusesAnEventUnderWhoseDerivedIdOtherContentIsStored() {
    // Given
    MongoLogger logger = open(100, 1 << 20, 10, 1);
    StubEvent derived = StubEvent.numbered(1);
    answer(log(logger, StubEvent.withId(derived.id().value(), "other content")));

    // When
    List<DeliveryOutcome> outcomes = answer(log(logger, derived));

    // Then
    assertThat(outcomes)
        .singleElement()
        .isInstanceOfSatisfying(
            DeliveryOutcome.Refused.class,
            refused -> assertThat(refused.toString()).contains("id_conflict"));
  }

  @Test
  void log_letsCallsShareABatchWhileWritesAreUnderWay() {
    // Given
    MongoLogger logger = open(100, 1 << 20, 10, 1);
    database.hold();
    var first = log(logger, StubEvent.numbered(0));
    List<CompletableFuture<List<DeliveryOutcome>>> others =
        IntStream.range(1, 8).mapToObj(n -> log(logger, StubEvent.numbered(n))).toList();

    // When
    database.release();

    // Then
    assertThat(answer(first)).containsExactly(DURABLE);
    assertThat(others).allSatisfy(call -> assertThat(answer(call)).containsExactly(DURABLE));
    assertThat(database.batches()).extracting(List::size).containsExactly(1, 7);
  }

  @Test
  void log_keepsToTheBatchSizeAndTheNumberOfWrites() {
    // Given
    MongoLogger logger = open(1_000, 1 << 20, 10, 3);
    database.hold();

    // When
    var call = logger.log(List.copyOf(StubEvent.many(95)), ample());

    // Then
    assertThat(database.heldWrites()).isEqualTo(3);
    database.release();
    assertThat(answer(call)).hasSize(95).containsOnly(DURABLE);
    assertThat(database.batches()).extracting(List::size).allMatch(size -> size <= 10);
    assertThat(database.batches()).hasSize(10);
  }

  @Test
  void log_keepsToTheBatchBytes() {
    // Given
    int bytes = StubEvent.numbered(1).document().sizeBytes();
    MongoLogger logger =
        open(
            new MongoLoggerSettings(
                100, 1 << 20, 100, 3L * bytes, 1, Duration.ofSeconds(1), AMPLE));

    // When
    var call = logger.log(List.copyOf(StubEvent.many(9)), ample());

    // Then
    assertThat(answer(call)).containsOnly(DURABLE);
    assertThat(database.batches()).extracting(List::size).containsExactly(3, 3, 3);
  }

  @Test
  void log_letsSmallCallsInBetweenTheBatchesOfALargeOne() {
    // Given
    MongoLogger logger = open(1_000, 1 << 20, 10, 1);
    database.hold();
    var large = logger.log(List.copyOf(StubEvent.many(100)), ample());
    var small = log(logger, StubEvent.of("checkout", "small"));

    // When
    while (!small.isDone()) {
      int batches = database.batches().size();
      database.releaseOne();
      await().until(() -> small.isDone() || database.batches().size() > batches);
    }

    // Then
    assertThat(large).isNotDone();
    assertThat(database.stored().size()).isLessThan(50);
  }

  @Test
  void log_refusesAtOnceWhatDoesNotFit() {
    // Given
    MongoLogger logger = open(5, 1 << 20, 10, 1);
    database.hold();
    var filling = logger.log(List.copyOf(StubEvent.many(3)), ample());

    // When
    var partly = logger.log(numbered(10, 14), ample());
    var refused = logger.log(numbered(20, 22), ample());

    // Then
    assertThat(refused)
        .isCompletedWithValueMatching(
            outcomes -> outcomes.stream().allMatch(MongoLoggerTest::isRejected));
    database.release();
    assertThat(answer(filling)).containsOnly(DURABLE);
    List<DeliveryOutcome> outcomes = answer(partly);
    assertThat(outcomes.subList(0, 2)).containsOnly(DURABLE);
    assertThat(outcomes.subList(2, 4)).allMatch(MongoLoggerTest::isRejected);
    assertThat(database.stored()).hasSize(5);
  }

  @Test
  void log_makesNoDocumentsBeyondTheCapacity() {
    // Given documents, which may be several times as large as what they are made of
    AtomicInteger made = new AtomicInteger();
    MongoLogger logger = open(5, 1 << 20, 10, 1);
    database.hold();

    var partly = logger.log(counting(numbered(0, 100), made), ample());
    var refused = logger.log(counting(numbered(100, 200), made), ample());

    // Then each call makes one document too many
    assertThat(made).hasValue(7);
    assertThat(answer(refused)).hasSize(100).allMatch(MongoLoggerTest::isRejected);
    database.release();
    assertThat(answer(partly).subList(0, 5)).containsOnly(DURABLE);
    assertThat(answer(partly).subList(5, 100)).allMatch(MongoLoggerTest::isRejected);
  }

  @Test
  void log_releasesTheCapacityOfACallWithABrokenEvent() {
    // Given
    MongoLogger logger = open(5, 1 << 20, 10, 1);
    List<EncodedEvent> events = new ArrayList<>(numbered(0, 4));
    events.add(new BrokenEvent(StubEvent.numbered(4)));

    // When
    for (int i = 0; i < 3; i++) {
      assertThatExceptionOfType(IllegalStateException.class)
          .isThrownBy(() -> logger.log(List.copyOf(events), ample()));
    }

    // Then
    assertThat(answer(logger.log(numbered(0, 5), ample()))).hasSize(5).containsOnly(DURABLE);
  }

  @Test
  void log_boundsTheBytesAndTakesALoneEventOverTheBound() {
    // Given
    MongoLogger logger = open(100, 1, 10, 1);
    database.hold();

    // When
    var alone = log(logger, StubEvent.numbered(1));
    var refused = log(logger, StubEvent.numbered(2));

    // Then
    assertThat(answer(refused)).allMatch(MongoLoggerTest::isRejected);
    database.release();
    assertThat(answer(alone)).containsExactly(DURABLE);
  }

  @Test
  void log_acceptsEventsAgainOnceThereIsCapacity() {
    // Given
    MongoLogger logger = open(5, 1 << 20, 2, 1);

    // When
    for (int round = 0; round < 10; round++) {
      var call = logger.log(numbered(round * 5, round * 5 + 5), ample());

      // Then
      assertThat(answer(call)).hasSize(5).containsOnly(DURABLE);
    }
  }

  @Test
  void log_doesNotSendWhatMissedItsDeadlineAndReleasesItsCapacity() {
    // Given
    MongoLogger logger = open(5, 1 << 20, 1, 1);
    database.hold();
    var sent = log(logger, StubEvent.numbered(0));
    var expired = logger.log(numbered(1, 5), Deadline.after(Duration.ofMillis(50)));
    List<DeliveryOutcome> late = answer(expired);

    // When
    var next = logger.log(numbered(10, 14), ample());
    database.release();

    // Then
    assertThat(late)
        .hasSize(4)
        .allSatisfy(
            outcome ->
                assertThat(outcome)
                    .isInstanceOfSatisfying(
                        DeliveryOutcome.NotConfirmed.class,
                        open -> assertThat(open.cause()).isInstanceOf(TimeoutException.class)));
    assertThat(answer(sent)).containsExactly(DURABLE);
    assertThat(answer(next)).containsOnly(DURABLE);
    assertThat(database.stored()).hasSize(5).doesNotContainKey(StubEvent.numbered(1).id());
  }

  @Test
  void log_reportsTheOutcomeOfEachEvent() {
    // Given
    MongoLogger logger = open(100, 1 << 20, 100, 1);
    UUID id = UUID.fromString("0190a1b2-c3d4-4e5f-8a9b-0123456789ab");
    EncodedEvent first = StubEvent.withId(id, "one");
    EncodedEvent clashing = StubEvent.withId(id, "two");
    EncodedEvent poison = StubEvent.of("refused", "poison");
    EncodedEvent unlucky = StubEvent.of("checkout", "unlucky");
    database.refuse(document -> document.id().equals(poison.id()));
    database.fail(document -> document.id().equals(unlucky.id()));

    // When
    List<DeliveryOutcome> outcomes =
        answer(logger.log(List.of(first, clashing, poison, unlucky, first), ample()));

    // Then
    assertThat(outcomes.get(0)).isEqualTo(DURABLE);
    assertThat(outcomes.get(1)).matches(outcome -> isRefused(outcome, "id_conflict"));
    assertThat(outcomes.get(2)).matches(outcome -> isRefused(outcome, "refused_by_database"));
    assertThat(outcomes.get(3)).isInstanceOf(DeliveryOutcome.NotConfirmed.class);
    assertThat(outcomes.get(4)).isEqualTo(DURABLE);
  }

  @Test
  void log_survivesAWriterThatBreaksItsContract() {
    // Given
    MongoLogger logger =
        new MongoLogger(
            documents -> {
              throw new IllegalStateException("broken");
            },
            MongoLoggerSettings.DEFAULT,
            new ClosingTime(AMPLE),
            Timing.system());

    // When
    opened.add(logger);

    // Then
    for (int i = 0; i < 2 * MongoLoggerSettings.DEFAULT.maxConcurrentWrites(); i++) {
      assertThat(answer(log(logger, StubEvent.numbered(i))))
          .hasOnlyElementsOfType(DeliveryOutcome.NotConfirmed.class);
    }
  }

  @Test
  void log_answersTheCallsThatWaitForAWriteWhenTheWriterFailsWithAnError() {
    // Given a call being written, and another that waits for the one write there is
    AtomicInteger writes = new AtomicInteger();
    MongoLogger logger =
        new MongoLogger(
            documents -> {
              if (writes.getAndIncrement() == 1) {
                throw new NoClassDefFoundError("gone");
              }
              return database.write(documents);
            },
            new MongoLoggerSettings(100, 1 << 20, 10, 1 << 20, 1, Duration.ofSeconds(1), AMPLE),
            new ClosingTime(AMPLE),
            Timing.system());
    opened.add(logger);
    database.hold();
    var first = log(logger, StubEvent.numbered(0));
    var second = log(logger, StubEvent.numbered(1));

    // When
    database.release();

    // Then
    assertThat(answer(first)).containsExactly(DURABLE);
    assertThat(answer(second)).hasOnlyElementsOfType(NotConfirmed.class);
    assertThat(answer(log(logger, StubEvent.numbered(2)))).containsExactly(DURABLE);
  }

  @Test
  void log_completesOnAThreadOfItsOwn() {
    // Given
    MongoLogger logger = open(100, 1 << 20, 10, 1);
    database.hold();
    CompletableFuture<String> thread =
        log(logger, StubEvent.numbered(1)).thenApply(outcomes -> Thread.currentThread().getName());

    // When
    database.release();

    // Then
    assertThat(thread).succeedsWithin(Duration.ofSeconds(10)).isEqualTo("mongo-logger");
  }

  @Test
  void close_waitsForPendingEvents() throws Exception {
    // Given
    MongoLogger logger = open(100, 1 << 20, 1, 1);
    database.hold();
    var calls = IntStream.range(0, 5).mapToObj(n -> log(logger, StubEvent.numbered(n))).toList();

    // When
    Thread closing = Thread.ofPlatform().start(logger::close);
    await().until(() -> closing.getState() == Thread.State.TIMED_WAITING);
    database.release();
    closing.join();

    // Then
    assertThat(calls).allSatisfy(call -> assertThat(answer(call)).containsExactly(DURABLE));
  }

  @Test
  void log_answersEveryCallAndLeaksNothingUnderLoad() throws Exception {
    // Given
    int maxPending = 300;
    MongoLogger logger =
        new MongoLogger(
            new SlowWriter(database),
            new MongoLoggerSettings(
                maxPending, 1 << 20, 50, 1 << 14, 3, Duration.ofSeconds(5), AMPLE),
            new ClosingTime(AMPLE),
            Timing.system());
    opened.add(logger);
    Queue<CompletableFuture<List<DeliveryOutcome>>> calls = new ConcurrentLinkedQueue<>();
    List<Thread> callers = new ArrayList<>();
    for (int seed = 0; seed < 6; seed++) {
      Random random = new Random(seed);
      callers.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int n = 0; n < 500; n++) {
                      int from = random.nextInt(10_000);
                      List<EncodedEvent> events = numbered(from, from + 1 + random.nextInt(60));
                      Duration timeLeft = Duration.ofMillis(random.nextInt(20));
                      calls.add(logger.log(events, Deadline.after(timeLeft)));
                    }
                  }));
    }
    for (Thread caller : callers) {
      caller.join();
    }

    // When
    List<DeliveryOutcome> outcomes = calls.stream().flatMap(call -> answer(call).stream()).toList();

    // Then
    assertThat(calls).hasSize(3_000);
    assertThat(outcomes).contains(DURABLE).anyMatch(MongoLoggerTest::isRejected);
    // Asserts that all capacity is free.
    await()
        .untilAsserted(
            () ->
                assertThat(answer(logger.log(numbered(0, maxPending), ample())))
                    .hasSize(maxPending)
                    .containsOnly(DURABLE));
  }

  /** Answers each batch a moment later, in any order, on threads like a driver's. */
  private record SlowWriter(BatchWriter writer) implements BatchWriter {
    @Override
    public CompletableFuture<List<WriteOutcome>> write(List<EventDocument> documents) {
      int micros = ThreadLocalRandom.current().nextInt(5_000);
      return CompletableFuture.completedFuture(documents)
          .thenComposeAsync(
              writer::write, CompletableFuture.delayedExecutor(micros, TimeUnit.MICROSECONDS));
    }
  }

  private static List<EncodedEvent> counting(List<EncodedEvent> events, AtomicInteger made) {
    return events.stream()
        .<EncodedEvent>map(
            event ->
                new ForwardingEvent(event) {
                  @Override
                  public EventDocument document(Tier tier) {
                    made.incrementAndGet();
                    return super.document(tier);
                  }
                })
        .toList();
  }

  /** An event of the spool that an earlier version wrote. */
  private static final class BrokenEvent extends ForwardingEvent {
    BrokenEvent(EncodedEvent event) {
      super(event);
    }

    @Override
    public EventDocument document(Tier tier) {
      throw new IllegalStateException("no event");
    }
  }

  private MongoLogger open(int events, long bytes, int batchEvents, int writes) {
    return open(
        new MongoLoggerSettings(
            events, bytes, batchEvents, 1 << 20, writes, Duration.ofSeconds(1), AMPLE));
  }

  private MongoLogger open(MongoLoggerSettings settings) {
    MongoLogger logger =
        new MongoLogger(database, settings, new ClosingTime(AMPLE), Timing.system());
    opened.add(logger);
    return logger;
  }

  private static CompletableFuture<List<DeliveryOutcome>> log(
      MongoLogger logger, EncodedEvent event) {
    return logger.log(List.of(event), ample());
  }

  private static Deadline ample() {
    return Deadline.after(AMPLE);
  }

  private static List<EncodedEvent> numbered(int from, int to) {
    return IntStream.range(from, to).<EncodedEvent>mapToObj(StubEvent::numbered).toList();
  }

  private static boolean isRejected(DeliveryOutcome outcome) {
    return outcome instanceof DeliveryOutcome.NotConfirmed notConfirmed
        && notConfirmed.cause() instanceof NotSentException;
  }

  private static boolean isRefused(DeliveryOutcome outcome, String code) {
    return outcome instanceof DeliveryOutcome.Refused refused && refused.code().equals(code);
  }

  private static List<DeliveryOutcome> answer(CompletableFuture<List<DeliveryOutcome>> call) {
    return call.orTimeout(30, TimeUnit.SECONDS).join();
  }
}
