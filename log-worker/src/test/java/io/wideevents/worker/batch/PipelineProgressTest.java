package io.wideevents.worker.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.wideevents.event.DeadLetterReason;
import io.wideevents.event.EventDocument;
import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import io.wideevents.mongo.BatchWriter;
import io.wideevents.mongo.DocumentWriteException;
import io.wideevents.mongo.WriteOutcome;
import io.wideevents.mongo.batch.SuspectedPoison;
import io.wideevents.time.Backoff;
import io.wideevents.time.Clocks;
import io.wideevents.worker.deadletter.DeadLetter;
import io.wideevents.worker.deadletter.DeadLetterCircuitBreaker;
import io.wideevents.worker.deadletter.DeadLetterOutcome;
import io.wideevents.worker.deadletter.DeadLetterSink;
import io.wideevents.worker.deadletter.RecordingDeadLetterSink;
import io.wideevents.worker.metrics.WorkerMetrics;
import io.wideevents.worker.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The invariant of the write stage: as long as MongoDB stores any document, every other record
 * makes progress. Failures of single records, of a part of the database or of the dead-letter topic
 * do not change that.
 */
class PipelineProgressTest {
  private static final int UNLISTED = 424_242;
  private static final int THROTTLED = 16_500;
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final int MIXES = 20;

  private final ManualClock clock = new ManualClock();
  private final ScriptedWriter database = new ScriptedWriter();
  private final RecordingDeadLetterSink deadLetters = new RecordingDeadLetterSink();
  private final CompletionQueue completions = new CompletionQueue();
  private final TestRecords records = new TestRecords(clock);
  private final List<Integer> accepted = new ArrayList<>();
  private BatchPipeline pipeline = pipeline(1 << 24, deadLetters);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 8, 10})
  void suspectedRecords_barNoOthers(int suspected) {
    // Given more suspected records in a row than there are batch slots
    database.answer(event -> event < suspected ? failed(UNLISTED) : stored());

    // When
    acceptWhileWanted(0, 500, Duration.ofMinutes(1));

    // Then
    assertThat(database.storedEvents()).hasSize(500 - suspected);
    assertThat(deadLetters.kept()).isEmpty();
    trickle(500, Duration.ofMinutes(8));
    assertThat(deadLetters.kept()).hasSize(suspected);
    assertThat(records.committable()).isEqualTo(records.nextOffset());
  }

  @Test
  void copiesOfOnePoisonEvent_countAsOneAndNeedOneProof() {
    // Given a producer that repeats one event that MongoDB fails on
    database.answer(event -> event == 0 ? failed(UNLISTED) : stored());
    for (int copy = 0; copy < 30; copy++) {
      pipeline.accept(records.event(0));
    }

    // When
    trickle(1, Duration.ofMinutes(8));

    // Then
    assertThat(deadLetters.kept()).hasSize(30);
    assertThat(records.committable()).isEqualTo(records.nextOffset());
    pipeline.accept(records.event(0));
    workFor(SECOND);
    assertThat(deadLetters.kept()).hasSize(31);
  }

  @Test
  void suspectedRecordAndAnOutage_areBothOvercome() {
    // Given
    database.answer(event -> event == 0 ? failed(UNLISTED) : stored());
    acceptWhileWanted(0, 10, SECOND);
    database.goDown();
    acceptWhileWanted(10, 30, Duration.ofMinutes(5));

    // When
    database.comeBack();
    trickle(30, Duration.ofMinutes(8));

    // Then
    assertThat(deadLetters.kept()).hasSize(1);
    assertThat(records.committable()).isEqualTo(records.nextOffset());
    assertThat(database.storedEvents()).hasSize((int) records.nextOffset() - 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7})
  void recordsWhoseWritesAreNeverAnswered_barNoOthers(int unanswered) {
    // Given
    database.neverAnswer(event -> event < unanswered);

    // When
    trickle(0, Duration.ofMinutes(30));

    // Then
    assertThat(database.storedEvents())
        .hasSizeGreaterThan((int) records.nextOffset() - unanswered - 10);
    assertThat(deadLetters.kept()).isEmpty();
    assertThat(pipeline.isDatabaseDown()).isFalse();
  }

  @Test
  void lateAnswerToAWriteThatWasGivenUp_changesNothing() {
    // Given
    database.neverAnswer(event -> true);
    acceptWhileWanted(0, 10, SECOND);
    database.neverAnswer(event -> false);
    workFor(Duration.ofMinutes(2));
    assertThat(records.committable()).isEqualTo(10);

    // When
    database.answerLate();
    workFor(SECOND);

    // Then
    assertThat(records.committable()).isEqualTo(10);
    assertThat(pipeline.status().heldRecords()).isZero();
  }

  @Test
  void deadLettersThatAreNotAcknowledged_barNoOthers() {
    // Given
    deadLetters.goDown();
    for (int i = 0; i < 40; i++) {
      pipeline.accept(records.poison(DeadLetterReason.INVALID));
    }

    // When
    acceptWhileWanted(0, 1_000, Duration.ofMinutes(1));

    // Then
    assertThat(database.storedEvents()).hasSize(1_000);
    assertThat(records.committable()).isEqualTo(-1);
    deadLetters.comeBack();
    workFor(Duration.ofMinutes(1));
    assertThat(records.committable()).isEqualTo(1_040);
  }

  @Test
  void deadLetterWhoseSendIsNeverAnswered_isSentAgain() {
    // Given
    NeverAnsweringSink sink = new NeverAnsweringSink(3);
    pipeline = pipeline(1 << 24, sink);
    pipeline.accept(records.poison(DeadLetterReason.INVALID));

    // When
    acceptWhileWanted(0, 100, Duration.ofMinutes(10));

    // Then
    assertThat(database.storedEvents()).hasSize(100);
    assertThat(sink.delegate.kept()).hasSize(1);
    assertThat(sink.unanswered).hasSize(3).allMatch(CompletableFuture::isDone);
    assertThat(records.committable()).isEqualTo(101);
  }

  @ParameterizedTest
  @ValueSource(ints = {UNLISTED, THROTTLED})
  void throttlingServer_turnsNoEventIntoADeadLetter(int code) {
    // Given a server that rejects each document with a probability of one half for ten minutes
    Random random = new Random(7);
    database.answer(event -> random.nextBoolean() ? failed(code) : stored());
    acceptWhileWanted(0, 2_000, Duration.ofMinutes(10));
    int writesWhileThrottled = database.writes;

    // When
    database.answer(event -> stored());
    acceptWhileWanted(2_000, 2_100, Duration.ofMinutes(2));

    // Then
    assertThat(deadLetters.kept()).isEmpty();
    assertThat(database.storedEvents()).hasSize(2_100);
    assertThat(records.committable()).isEqualTo(2_100);
    // 2 000 events, half of which fail at each attempt. A few hundred writes suffice if batches are
    // not split into single records.
    assertThat(writesWhileThrottled).isLessThan(1_000);
  }

  @ParameterizedTest
  @ValueSource(ints = {UNLISTED, THROTTLED})
  void outageOfOneShard_turnsNoEventIntoADeadLetterAndBarsNoOthers(int code) {
    // Given
    database.answer(event -> event % 4 == 0 ? failed(code) : stored());

    // When
    acceptWhileWanted(0, 2_000, Duration.ofMinutes(30));

    // Then
    assertThat(database.storedEvents()).hasSize(1_500);
    assertThat(deadLetters.kept()).isEmpty();
    database.answer(event -> stored());
    workFor(Duration.ofMinutes(3));
    assertThat(database.storedEvents()).hasSize(2_000);
    assertThat(records.committable()).isEqualTo(2_000);
  }

  @ParameterizedTest
  @ValueSource(ints = {UNLISTED, THROTTLED})
  void outageOfOneShardAtLowTraffic_barsNoOthers(int code) {
    // Given
    database.answer(event -> event % 2 == 0 ? failed(code) : stored());

    // When
    trickle(0, Duration.ofMinutes(10));

    // Then
    int accepted = (int) records.nextOffset();
    assertThat(accepted).isGreaterThan(300);
    assertThat(database.storedEvents()).hasSizeGreaterThan(accepted / 2 - 5);
    assertThat(deadLetters.kept()).isEmpty();
  }

  @Test
  void outageOfTwoShards_turnsNoEventIntoADeadLetter() {
    // Given twenty events of a shard that fails with an unlisted code, and then many events of a
    // shard that does not answer
    database.answer(event -> event < 20 ? failed(UNLISTED) : stored());
    database.neverAnswer(event -> event >= 20 && event < 200);
    acceptWhileWanted(0, 20, SECOND);
    acceptWhileWanted(20, 200, Duration.ofMinutes(30));

    // When
    trickle(200, Duration.ofMinutes(60));

    // Then
    assertThat(deadLetters.kept()).isEmpty();
  }

  @Test
  void recordThatFailedOnce_isNotKeptWaitingBehindRecordsOfAShardThatIsDown() {
    // Given a thousand records of a shard that is down, and then one write without an answer
    database.answer(event -> event % 2 == 0 ? failed(THROTTLED) : stored());
    acceptWhileWanted(0, 2_000, Duration.ofMinutes(5));
    database.neverAnswer(event -> event == 2_001);
    acceptWhileWanted(2_001, 2_010, SECOND);
    database.neverAnswer(event -> false);

    // When
    workFor(Duration.ofMinutes(2));

    // Then
    assertThat(database.storedEvents()).contains(2_001, 2_003, 2_005, 2_007, 2_009);
  }

  @Test
  void writeBlockThatIsSwitchedOnAndOff_turnsNoEventIntoADeadLetter() {
    // When
    for (int round = 0; round < 20; round++) {
      database.answer(event -> failed(UNLISTED));
      acceptWhileWanted(round * 100, round * 100 + 3, Duration.ofSeconds(20));
      database.answer(event -> stored());
      acceptWhileWanted(round * 100 + 3, round * 100 + 100, Duration.ofSeconds(70));
    }

    // Then
    assertThat(deadLetters.kept()).isEmpty();
    assertThat(database.storedEvents()).hasSize(2_000);
    assertThat(records.committable()).isEqualTo(2_000);
  }

  @Test
  void isolatedRecords_useNoneOfTheMemoryOfOthers() {
    // Given suspected records that are larger than the memory bound
    pipeline = pipeline(4 * records.event(0).heldBytes(), deadLetters);
    records.reassign();
    database.answer(event -> event < SuspectedPoison.MOST_AT_ONCE ? failed(UNLISTED) : stored());

    // When
    trickle(0, Duration.ofMinutes(10));

    // Then
    assertThat(deadLetters.kept()).hasSize(SuspectedPoison.MOST_AT_ONCE);
    assertThat(pipeline.status().heldRecords()).isLessThan(5);
    assertThat(database.storedEvents()).hasSizeGreaterThan(400);
  }

  @Test
  void databaseThatFailsOnEveryDocument_isDownForAReason() {
    // Given
    database.answer(event -> failed(UNLISTED));

    // When
    acceptWhileWanted(0, 30, SECOND);

    // Then
    assertThat(pipeline.isDatabaseDown()).isTrue();
    assertThat(pipeline.status().databaseDownReason()).contains(Integer.toString(UNLISTED));
    database.answer(event -> stored());
    workFor(Duration.ofMinutes(1));
    assertThat(pipeline.isDatabaseDown()).isFalse();
    assertThat(pipeline.status().databaseDownReason()).isEmpty();
  }

  @Test
  void writerThatThrows_isRetried() {
    // Given
    for (Throwable thrown :
        List.of(new IllegalStateException("a bug"), new NoClassDefFoundError("missing"))) {
      database.throwOnce(thrown);
    }

    // When
    acceptWhileWanted(0, 10, Duration.ofMinutes(1));

    // Then
    assertThat(database.storedEvents()).hasSize(10);
  }

  @Test
  void fullFor_tellsForHowLongRecordsHaveBeenKeptOut() {
    // Given
    PendingRecord poison = records.poison(DeadLetterReason.INVALID);
    pipeline = pipeline(4 * poison.heldBytes(), deadLetters);
    deadLetters.goDown();
    pipeline.accept(poison);
    for (int i = 1; i < 5; i++) {
      pipeline.accept(records.poison(DeadLetterReason.INVALID));
    }

    // When
    workFor(Duration.ofSeconds(40));

    // Then
    assertThat(pipeline.status().fullFor()).isGreaterThan(Duration.ofSeconds(30));
    assertThat(pipeline.status().waitingRecords()).isEqualTo(5);
    deadLetters.comeBack();
    workFor(Duration.ofSeconds(40));
    assertThat(pipeline.status().fullFor()).isZero();
  }

  /**
   * Seeded mixes of poison, outages, revocations and dead-letter outages. While MongoDB stores
   * documents, a good record is stored within a minute of its acceptance. When the faults end, all
   * records are complete within fifteen minutes. Memory stays within its bound.
   */
  @Test
  @Tag("slow")
  void mixedFaults_keepTheInvariant() {
    for (int seed = 0; seed < MIXES; seed++) {
      new PipelineProgressTest().runMix(seed);
    }
  }

  private void runMix(int seed) {
    Random random = new Random(seed);
    long bound = 60 * records.event(0).heldBytes();
    long largest = records.event(0).heldBytes();
    records.reassign();
    pipeline = pipeline(bound, deadLetters);
    Set<Integer> poison = new HashSet<>();
    Set<Integer> unanswered = new HashSet<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      poison.add(random.nextInt(400));
    }
    if (random.nextInt(3) == 0) {
      unanswered.add(random.nextInt(400));
    }
    database.neverAnswer(unanswered::contains);
    Map<Integer, Long> acceptedAt = new LinkedHashMap<>();
    Set<Integer> concluded = new HashSet<>();
    long upSince = clock.getAsLong();
    boolean down = false;
    int next = 0;
    database.answer(event -> poison.contains(event) ? failed(UNLISTED) : stored());
    for (int step = 0; step < 4_000; step++) {
      int dice = random.nextInt(400);
      if (dice == 0) {
        down = !down;
        upSince = clock.getAsLong();
        if (down) {
          database.goDown();
        } else {
          database.comeBack();
        }
      } else if (dice == 1) {
        deadLetters.goDown();
      } else if (dice == 2) {
        deadLetters.comeBack();
      } else if (dice == 3 && next < 400) {
        // A revocation: the next assignment begins at the first record that is not complete.
        records.reassign();
        pipeline.discardEnded();
        acceptedAt.clear();
      }
      if (pipeline.wantsRecords() && next < 400 && random.nextInt(3) == 0) {
        pipeline.accept(records.event(next));
        acceptedAt.put(next, clock.getAsLong());
        next++;
      }
      workFor(Duration.ofMillis(100 + random.nextInt(400)));
      assertThat(pipeline.status().heldRecords())
          .as("held, seed %s step %s", seed, step)
          .isLessThanOrEqualTo((int) (bound / largest) + 1 + SuspectedPoison.MOST_AT_ONCE);
      concluded.addAll(database.storedEvents());
      long now = clock.getAsLong();
      if (!down) {
        for (Map.Entry<Integer, Long> entry : acceptedAt.entrySet()) {
          long since = Math.max(entry.getValue() - upSince, 0) + upSince;
          if (!concluded.contains(entry.getKey())
              && !poison.contains(entry.getKey())
              && !unanswered.contains(entry.getKey())) {
            // A record that shares writes with an unanswered one waits for their deadlines.
            long minutes = unanswered.isEmpty() ? 1 : 6;
            assertThat(now - since)
                .as("event %s waits, seed %s step %s", entry.getKey(), seed, step)
                .isLessThan(Duration.ofMinutes(minutes).toNanos());
          }
        }
      }
    }
    database.comeBack();
    deadLetters.comeBack();
    database.neverAnswer(event -> false);
    trickle(next, Duration.ofMinutes(15));
    acceptWhileWanted(0, 0, Duration.ofMinutes(1));
    assertThat(pipeline.status().heldRecords()).as("held at the end, seed %s", seed).isZero();
    Set<Integer> dead = new HashSet<>();
    deadLetters.kept().forEach(letter -> dead.add(numberOf(letter)));
    assertThat(poison).as("dead letters, seed %s", seed).containsAll(dead);
  }

  private static int numberOf(DeadLetter letter) {
    String key = new String(letter.source().key(), java.nio.charset.StandardCharsets.UTF_8);
    return Integer.parseInt(key.replaceAll("\\D", ""));
  }

  /** Accepts events as a poll would: one at a time, only while the pipeline wants records. */
  private void acceptWhileWanted(int from, int to, Duration duration) {
    int next = from;
    for (long step = 0; step < duration.toMillis(); step += 50) {
      while (next < to && pipeline.wantsRecords()) {
        pipeline.accept(records.event(next++));
      }
      runAndTakeResults();
      clock.advance(Duration.ofMillis(50));
      if (next == to && pipeline.status().heldRecords() == 0) {
        return;
      }
    }
  }

  /** Accepts one event a second while the pipeline wants records. */
  private void trickle(int from, Duration duration) {
    int next = from;
    for (long second = 0; second < duration.toSeconds(); second++) {
      if (pipeline.wantsRecords()) {
        pipeline.accept(records.event(next++));
      }
      workFor(SECOND);
    }
  }

  private void workFor(Duration duration) {
    for (long step = 0; step < duration.toMillis(); step += 50) {
      runAndTakeResults();
      clock.advance(Duration.ofMillis(50));
    }
    runAndTakeResults();
  }

  private void runAndTakeResults() {
    for (int i = 0; i < 4; i++) {
      pipeline.run(false);
      completions.runPending();
    }
  }

  private BatchPipeline pipeline(long heldBytes, DeadLetterSink sink) {
    return new BatchPipeline(
        new BatchLimits(10, 25, 1 << 20, Duration.ofMillis(200), 2, heldBytes),
        new BatchPipeline.Destinations(
            database, sink, new DeadLetterCircuitBreaker(true, clock), completions),
        new BatchPipeline.Reports(new WorkerMetrics(new SimpleMeterRegistry()), batch -> {}),
        new Backoff(Duration.ofMillis(100), Duration.ofSeconds(30), new Random(42)),
        new Clocks(clock, clock));
  }

  private static WriteOutcome stored() {
    return new WriteOutcome.Stored();
  }

  private static WriteOutcome failed(int code) {
    boolean unlisted = code == UNLISTED;
    return new WriteOutcome.NotConfirmed(unlisted, new DocumentWriteException(code, "scripted"));
  }

  /** A database with an answer for each event number, which the test chooses. */
  private static final class ScriptedWriter implements BatchWriter {
    private final Map<EventId, Integer> numbers = new LinkedHashMap<>();
    private final Set<Integer> stored = new HashSet<>();
    private final List<Runnable> late = new ArrayList<>();
    private final List<Throwable> thrown = new ArrayList<>();
    private Function<Integer, WriteOutcome> answers = event -> stored();
    private Function<Integer, Boolean> unanswered = event -> false;
    private boolean down;
    private int writes;

    ScriptedWriter() {
      for (int i = 0; i < 4_000; i++) {
        numbers.put(StubEvent.numbered(i).id(), i);
      }
    }

    void answer(Function<Integer, WriteOutcome> answers) {
      this.answers = answers;
    }

    void neverAnswer(Function<Integer, Boolean> unanswered) {
      this.unanswered = unanswered;
    }

    void answerLate() {
      late.forEach(Runnable::run);
      late.clear();
    }

    void throwOnce(Throwable failure) {
      thrown.add(failure);
    }

    void goDown() {
      down = true;
    }

    void comeBack() {
      down = false;
    }

    Set<Integer> storedEvents() {
      return stored;
    }

    @Override
    public CompletableFuture<List<WriteOutcome>> write(List<EventDocument> documents) {
      writes++;
      if (!thrown.isEmpty()) {
        Throwable next = thrown.removeFirst();
        if (next instanceof Error error) {
          throw error;
        }
        throw (RuntimeException) next;
      }
      if (down) {
        return CompletableFuture.failedFuture(new IllegalStateException("The database is down"));
      }
      CompletableFuture<List<WriteOutcome>> answer = new CompletableFuture<>();
      List<Integer> events =
          documents.stream().map(document -> numbers.get(document.id())).toList();
      if (events.stream().anyMatch(unanswered::apply)) {
        late.add(() -> answer.complete(events.stream().map(this::apply).toList()));
      } else {
        answer.complete(events.stream().map(this::apply).toList());
      }
      return answer;
    }

    private WriteOutcome apply(int event) {
      WriteOutcome outcome = answers.apply(event);
      if (outcome instanceof WriteOutcome.Stored && !stored.add(event)) {
        return new WriteOutcome.AlreadyStored();
      }
      return outcome;
    }
  }

  /** The first sends get no answer. */
  private static final class NeverAnsweringSink implements DeadLetterSink {
    final RecordingDeadLetterSink delegate = new RecordingDeadLetterSink();
    final List<CompletableFuture<DeadLetterOutcome>> unanswered = new ArrayList<>();
    private int left;

    NeverAnsweringSink(int unanswered) {
      left = unanswered;
    }

    @Override
    public CompletableFuture<DeadLetterOutcome> send(DeadLetter letter) {
      if (left-- > 0) {
        unanswered.add(new CompletableFuture<>());
        return unanswered.getLast();
      }
      return delegate.send(letter);
    }

    @Override
    public void close() {}
  }
}
