package io.wideevents.delivery.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.DeliveryOutcome.NotConfirmed;
import io.wideevents.delivery.DeliveryOutcome.Refused;
import io.wideevents.delivery.NotSentException;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventDocument;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import io.wideevents.mongo.BatchWriter;
import io.wideevents.mongo.InMemoryBatchWriter;
import io.wideevents.mongo.WriteOutcome;
import io.wideevents.testing.ThrowingLog;
import io.wideevents.time.ClosingTime;
import io.wideevents.time.Deadline;
import io.wideevents.time.Timing;
import io.wideevents.time.VirtualTime;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Faults of MongoDB and of the driver, on virtual time. */
@SuppressWarnings("try") // A resource is held by being open.
class MongoLoggerFaultsTest {
  private static final Duration AMPLE = Duration.ofSeconds(30);
  private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(25);
  private static final Duration APART = Duration.ofSeconds(30);
  private static final DeliveryOutcome DURABLE = new DeliveryOutcome.Durable(Tier.MONGODB);

  private final VirtualTime time = new VirtualTime();
  private final InMemoryBatchWriter database = new InMemoryBatchWriter();
  private int others = 1_000;

  @Test
  void log_rejectsAnEventThatFailsAloneForMinutesWhileOthersAreStored() {
    // Given
    MongoLogger logger = open(database, 1);
    StubEvent poison = StubEvent.numbered(0);
    failFor(poison);
    List<DeliveryOutcome> outcomes = new ArrayList<>();

    // When
    while (outcomes.size() < 6) {
      outcomes.add(answer(logger, List.of(poison)).getFirst());
      storeAnother(logger);
      time.advance(APART);
    }

    // Then
    assertThat(outcomes.subList(0, 5)).hasOnlyElementsOfType(NotConfirmed.class);
    assertThat(outcomes.getLast())
        .isInstanceOfSatisfying(
            Refused.class,
            refused -> {
              assertThat(refused.code()).isEqualTo("refused_by_database");
              assertThat(refused.message()).contains("424242");
            });
  }

  @Test
  void log_refusesNoEventOfAThrottlingServer() {
    // Given a server that fails for half of what it is asked, with a code on no list
    MongoLogger logger = open(database, 1);
    database.fail(document -> document.id().value().hashCode() % 2 == 0);

    // When the same events are tried for ten minutes
    for (int attempt = 0; attempt < 20; attempt++) {
      List<DeliveryOutcome> outcomes = answer(logger, numbered(0, 60));

      // Then
      assertThat(outcomes).doesNotHaveAnyElementsOfTypes(Refused.class).contains(DURABLE);
      storeAnother(logger);
      time.advance(APART);
    }
  }

  @Test
  void log_sendsWholeBatchesWhileManyEventsFail() {
    // Given
    MongoLogger logger = open(database, 1);
    database.fail(document -> true);
    answer(logger, numbered(0, 60));
    int before = database.batches().size();

    // When
    answer(logger, numbered(0, 60));

    // Then
    assertThat(database.batches()).hasSize(before + 6);
  }

  @Test
  void log_refusesNoEventWhileNothingIsStored() {
    // Given
    MongoLogger logger = open(database, 1);

    // When
    database.fail(document -> true);

    // Then
    for (int attempt = 0; attempt < 20; attempt++) {
      assertThat(answer(logger, numbered(0, 5)))
          .hasSize(5)
          .hasOnlyElementsOfType(NotConfirmed.class);
      time.advance(APART);
    }
  }

  @Test
  void log_writesASuspectedEventAlone() {
    // Given
    MongoLogger logger = open(database, 1);
    StubEvent poison = StubEvent.numbered(2);
    failFor(poison);
    answer(logger, numbered(0, 5));

    // When
    List<DeliveryOutcome> outcomes = answer(logger, numbered(0, 5));

    // Then
    assertThat(outcomes).filteredOn(DURABLE::equals).hasSize(4);
    assertThat(database.batches()).hasSize(4).contains(List.of(poison.document()));
  }

  @Test
  void log_releasesTheSlotOfAWriteWithoutAnAnswer() {
    // Given a driver that gives no answers, and all writes in flight
    HangingWriter hanging = new HangingWriter(database);
    MongoLogger logger = open(hanging, 2);
    hanging.hang = true;
    answer(logger, List.of(StubEvent.numbered(0)));
    answer(logger, List.of(StubEvent.numbered(1)));
    hanging.hang = false;
    var waiting = log(logger, List.of(StubEvent.numbered(2)), Duration.ofMinutes(1));

    // When
    time.advance(WRITE_TIMEOUT);

    // Then
    assertThat(waiting).isCompletedWithValue(List.of(DURABLE));
  }

  @Test
  void log_releasesTheSlotOfAWriteWhoseAnswerIsInvalid() {
    // Given a writer with a bug: an outcome is missing
    HangingWriter hanging = new HangingWriter(database);
    MongoLogger logger = open(hanging, 1);
    hanging.hang = true;
    var broken = log(logger, List.of(StubEvent.numbered(0)), Duration.ofSeconds(2));
    hanging.hang = false;

    // When
    hanging.answers.getFirst().complete(Collections.singletonList(null));
    time.advance(Duration.ZERO);

    // Then
    assertThat(broken).isDone();
    assertThat(broken.join()).hasOnlyElementsOfType(NotConfirmed.class);
    assertThat(answer(logger, List.of(StubEvent.numbered(1)))).containsExactly(DURABLE);
  }

  @Test
  void log_releasesTheSlotOfAWriteWhoseOutcomesCannotBeRead() {
    // Given no memory for the outcomes of a write
    HangingWriter hanging = new HangingWriter(database);
    MongoLogger logger = open(hanging, 1);
    hanging.hang = true;
    var broken = log(logger, List.of(StubEvent.numbered(0)), Duration.ofSeconds(2));
    hanging.hang = false;

    // When
    hanging
        .answers
        .getFirst()
        .complete(
            new ArrayList<>(List.of(new WriteOutcome.Stored())) {
              @Override
              public Stream<WriteOutcome> stream() {
                throw new OutOfMemoryError("for a test");
              }
            });
    time.advance(Duration.ZERO);

    // Then
    assertThat(broken).isDone();
    assertThat(broken.join()).hasOnlyElementsOfType(NotConfirmed.class);
    assertThat(answer(logger, List.of(StubEvent.numbered(1)))).containsExactly(DURABLE);
  }

  @Test
  void log_saysThatNothingWasSentWithoutTime() {
    // Given
    MongoLogger logger = open(database, 1);

    // When
    var answer = log(logger, List.of(StubEvent.numbered(0)), Duration.ZERO);

    // Then
    assertThat(cause(answer.join(), 0)).isInstanceOf(NotSentException.class);
  }

  @Test
  void log_ignoresAnAnswerAfterTheTimeoutOfItsWrite() {
    // Given a write that has timed out
    HangingWriter hanging = new HangingWriter(database);
    MongoLogger logger = open(hanging, 1);
    hanging.hang = true;
    var late = log(logger, List.of(StubEvent.numbered(0)), Duration.ofMinutes(1));
    time.advance(WRITE_TIMEOUT);
    assertThat(late.join().getFirst())
        .isInstanceOfSatisfying(
            NotConfirmed.class,
            failed -> assertThat(failed.cause()).isInstanceOf(TimeoutException.class));

    // When its answer comes while the next write is under way
    var next = log(logger, List.of(StubEvent.numbered(1)), Duration.ofMinutes(1));
    hanging.answers.getFirst().complete(List.of(new WriteOutcome.Stored()));
    time.advance(Duration.ZERO);

    // Then the slot of the next write is not released
    log(logger, List.of(StubEvent.numbered(2)), Duration.ofMinutes(1));
    assertThat(hanging.answers).hasSize(2);
    hanging.answers.get(1).complete(List.of(new WriteOutcome.Stored()));
    time.advance(Duration.ZERO);
    assertThat(next).isCompletedWithValue(List.of(DURABLE));
  }

  @Test
  void log_distinguishesUnsentEventsFromUnansweredEvents() {
    // Given two writes under way, and a call that waits for a third
    HangingWriter hanging = new HangingWriter(database);
    MongoLogger logger = open(hanging, 2);
    hanging.hang = true;
    var sent = log(logger, List.of(StubEvent.numbered(0)), Duration.ofSeconds(2));
    log(logger, List.of(StubEvent.numbered(1)), Duration.ofMinutes(1));
    var unsent = log(logger, numbered(2, 13), Duration.ofSeconds(2));
    var behind = log(logger, List.of(StubEvent.numbered(20)), Duration.ofSeconds(2));

    // When MongoDB answers one of them, and takes one batch more
    hanging.answers.get(1).complete(List.of(new WriteOutcome.Stored()));
    time.advance(Duration.ofSeconds(2));

    // Then
    assertThat(cause(sent.join(), 0)).isInstanceOf(TimeoutException.class);
    assertThat(cause(unsent.join(), 0)).isInstanceOf(TimeoutException.class);
    assertThat(cause(unsent.join(), 10)).isInstanceOf(NotSentException.class);
    assertThat(cause(behind.join(), 0)).isInstanceOf(NotSentException.class);
  }

  @Test
  void log_reportsATimeoutForUnsentEventsWhileMongoDbAnswersNothing() {
    // Given
    HangingWriter hanging = new HangingWriter(database);
    MongoLogger logger = open(hanging, 1);
    hanging.hang = true;
    log(logger, List.of(StubEvent.numbered(0)), Duration.ofMinutes(1));
    var behind = log(logger, List.of(StubEvent.numbered(1)), Duration.ofSeconds(2));

    // When
    time.advance(Duration.ofSeconds(2));

    // Then
    assertThat(cause(behind.join(), 0)).isInstanceOf(TimeoutException.class);
  }

  @Test
  void log_endsWritesWithoutAnAnswerAlsoAfterATimerCouldNotBeSet() {
    // Given a write without an answer, and another call that waits for it to end
    HangingWriter hanging = new HangingWriter(database);
    FailingTimers timers = new FailingTimers(time);
    MongoLogger logger = open(hanging, 1, timers);
    hanging.hang = true;
    var first = log(logger, List.of(StubEvent.numbered(0)), Duration.ofMinutes(2));
    var second = log(logger, List.of(StubEvent.numbered(1)), Duration.ofMinutes(2));

    // When the first write times out while no timer can be set for the second
    timers.fail = true;
    time.advance(WRITE_TIMEOUT);
    timers.fail = false;

    // Then the timer is set with the next call, and all calls are answered
    assertThat(first.join()).hasOnlyElementsOfType(NotConfirmed.class);
    var third = log(logger, List.of(StubEvent.numbered(2)), Duration.ofMinutes(2));
    hanging.hang = false;
    time.advance(WRITE_TIMEOUT);
    assertThat(second.join()).hasOnlyElementsOfType(NotConfirmed.class);
    assertThat(third).isCompletedWithValue(List.of(DURABLE));
    assertThat(logger.pendingEvents()).isZero();
  }

  @Test
  void close_answersEveryCallWhateverTheLoggingThrows() {
    // Given
    HangingWriter hanging = new HangingWriter(database);
    MongoLogger logger =
        new MongoLogger(
            hanging,
            new MongoLoggerSettings(100, 1 << 20, 10, 1 << 20, 1, Duration.ZERO, WRITE_TIMEOUT),
            new ClosingTime(AMPLE),
            time);
    hanging.hang = true;
    var answer = log(logger, List.of(StubEvent.numbered(0)), Duration.ofSeconds(2));

    // When
    try (ThrowingLog log = new ThrowingLog(MongoLogger.class.getName())) {
      logger.close();
    }

    // Then
    assertThat(answer).isDone();
  }

  @Test
  void log_suspendsIsolationWhateverTheLoggingThrows() {
    // Given
    MongoLogger logger = open(database, 1);
    database.fail(document -> document.id().value().hashCode() % 2 == 0);

    try (ThrowingLog log = new ThrowingLog()) {
      assertThat(answer(logger, numbered(0, 60))).contains(DURABLE);
      storeAnother(logger);
      int before = database.batches().size();

      // When
      answer(logger, numbered(0, 60));

      // Then
      assertThat(database.batches()).hasSize(before + 6);
    }
  }

  /** Timers that fail on demand, as they do without memory. */
  private static final class FailingTimers implements Timing {
    private final Timing timing;
    private boolean fail;

    FailingTimers(Timing timing) {
      this.timing = timing;
    }

    @Override
    public LongSupplier nanoClock() {
      return timing.nanoClock();
    }

    @Override
    public InstantSource wallClock() {
      return timing.wallClock();
    }

    @Override
    public void onTimeout(CompletableFuture<?> future, Duration delay, Runnable action) {
      timing.onTimeout(future, delay, action);
    }

    @Override
    public ScheduledExecutorService executor(String name, int threads) {
      ScheduledExecutorService executor = timing.executor(name, threads);
      return (ScheduledExecutorService)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {ScheduledExecutorService.class},
              (proxy, method, arguments) -> {
                if (fail && method.getName().equals("schedule")) {
                  throw new OutOfMemoryError("for a test");
                }
                return method.invoke(executor, arguments);
              });
    }

    @Override
    public Duration jittered(Duration pause) {
      return timing.jittered(pause);
    }
  }

  private static Throwable cause(List<DeliveryOutcome> outcomes, int index) {
    return ((NotConfirmed) outcomes.get(index)).cause();
  }

  private void storeAnother(MongoLogger logger) {
    StubEvent other = StubEvent.numbered(others++);
    while (other.id().value().hashCode() % 2 == 0) {
      other = StubEvent.numbered(others++);
    }
    assertThat(answer(logger, List.of(other))).containsExactly(DURABLE);
  }

  private void failFor(StubEvent poison) {
    database.fail(document -> document.id().equals(poison.id()));
  }

  private MongoLogger open(BatchWriter writer, int writes) {
    return open(writer, writes, time);
  }

  private static MongoLogger open(BatchWriter writer, int writes, Timing timing) {
    return new MongoLogger(
        writer,
        new MongoLoggerSettings(
            100, 1 << 20, 10, 1 << 20, writes, Duration.ofSeconds(1), WRITE_TIMEOUT),
        new ClosingTime(AMPLE),
        timing);
  }

  private List<DeliveryOutcome> answer(MongoLogger logger, List<? extends EncodedEvent> events) {
    var answer = log(logger, events, Duration.ofSeconds(2));
    for (int step = 0; !answer.isDone() && step < 1_000; step++) {
      time.advance(Duration.ofMillis(10));
    }
    return answer.join();
  }

  private CompletableFuture<List<DeliveryOutcome>> log(
      MongoLogger logger, List<? extends EncodedEvent> events, Duration timeLeft) {
    return logger.log(List.copyOf(events), Deadline.after(timeLeft, time.nanoClock()));
  }

  private static List<StubEvent> numbered(int from, int to) {
    return IntStream.range(from, to).mapToObj(StubEvent::numbered).toList();
  }

  /** Delays the answers on demand. */
  private static final class HangingWriter implements BatchWriter {
    private final BatchWriter writer;
    private final List<CompletableFuture<List<WriteOutcome>>> answers = new ArrayList<>();
    private boolean hang;

    HangingWriter(BatchWriter writer) {
      this.writer = writer;
    }

    @Override
    public CompletableFuture<List<WriteOutcome>> write(List<EventDocument> documents) {
      if (!hang) {
        return writer.write(documents);
      }
      answers.add(new CompletableFuture<>());
      return answers.getLast();
    }
  }
}
