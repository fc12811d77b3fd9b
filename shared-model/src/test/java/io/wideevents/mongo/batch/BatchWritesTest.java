package io.wideevents.mongo.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EventDocument;
import io.wideevents.event.StubEvent;
import io.wideevents.mongo.BatchWriter;
import io.wideevents.mongo.WriteOutcome;
import io.wideevents.mongo.WriteOutcome.NotConfirmed;
import io.wideevents.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchWritesTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(25);
  private static final WriteOutcome STORED = new WriteOutcome.Stored();

  private final VirtualTime time = new VirtualTime();
  private final Queue<Runnable> tasks = new ArrayDeque<>();
  private final List<CompletableFuture<List<WriteOutcome>>> answers = new ArrayList<>();
  private final List<List<WriteOutcome>> ended = new ArrayList<>();
  private final BatchWrites writes =
      writes(
          documents -> {
            answers.add(new CompletableFuture<>());
            return answers.getLast();
          });

  @Test
  void start_endsWithTheAnswerOnTheOwnersThread() {
    // Given
    start(2);

    // When
    answers.getFirst().complete(List.of(STORED, STORED));

    // Then
    assertThat(ended).isEmpty();
    runTasks();
    assertThat(ended).containsExactly(List.of(STORED, STORED));
    assertThat(writes.nanosUntilTimeout()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void start_endsAWriteWhoseWriterThrows() {
    List<Throwable> thrown =
        List.of(new IllegalStateException("a bug"), new NoClassDefFoundError("missing"));
    for (Throwable each : thrown) {
      // Given
      BatchWrites broken = writes(documents -> raise(each));

      // When
      broken.start(documents(2), ended::add);

      // Then
      runTasks();
      assertThat(ended.getLast()).hasSize(2).allMatch(outcome -> causeOf(outcome) == each);
    }
  }

  @Test
  void start_endsAWriteThatCannotBegin() {
    // Given no memory
    OutOfMemoryError none = new OutOfMemoryError("for a test");
    BatchWrites broken =
        new BatchWrites(
            documents -> CompletableFuture.completedFuture(List.of(STORED)),
            tasks::add,
            TIMEOUT,
            SuspectedPoison.MEMORY,
            () -> {
              throw none;
            });

    // When
    broken.start(documents(2), ended::add);

    // Then
    runTasks();
    assertThat(ended).hasSize(1);
    assertThat(ended.getFirst()).hasSize(2).allMatch(outcome -> causeOf(outcome).equals(none));
  }

  @Test
  @SuppressWarnings("NullAway") // The writer breaks its contract.
  void start_endsAWriteWhoseWriterReturnsNoFuture() {
    // Given
    BatchWrites broken = writes(documents -> null);

    // When
    broken.start(documents(2), ended::add);

    // Then
    runTasks();
    assertThat(ended).hasSize(1);
    assertThat(broken.nanosUntilTimeout()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void start_endsAWriteWhoseAnswerBreaksTheContract() {
    List<List<WriteOutcome>> broken = new ArrayList<>();
    broken.add(List.of(STORED));
    broken.add(Collections.nCopies(2, null));
    broken.add(null);
    for (List<WriteOutcome> answer : broken) {
      // Given
      start(2);

      // When
      answers.getLast().complete(answer);

      // Then
      runTasks();
      assertThat(ended.getLast()).hasSize(2).hasOnlyElementsOfType(NotConfirmed.class);
    }
  }

  @Test
  void endOverdue_endsAWriteWithoutAnAnswerAndIgnoresTheLateAnswer() {
    // Given
    start(3);
    time.advance(TIMEOUT.minusNanos(1));
    assertThat(writes.endOverdue()).isZero();
    time.advance(Duration.ofNanos(1));

    // When
    int events = writes.endOverdue();

    // Then
    assertThat(events).isEqualTo(3);
    assertThat(ended.getFirst())
        .hasSize(3)
        .allMatch(outcome -> causeOf(outcome) instanceof TimeoutException);
    answers.getFirst().complete(List.of(STORED, STORED, STORED));
    runTasks();
    assertThat(ended).hasSize(1);
  }

  @Test
  void nanosUntilTimeout_isThatOfTheOldestWriteInFlight() {
    // Given
    start(1);
    time.advance(Duration.ofSeconds(5));
    start(1);
    assertThat(writes.nanosUntilTimeout()).isEqualTo(TIMEOUT.minusSeconds(5).toNanos());
    assertThat(writes.oldest()).isEqualTo(Duration.ofSeconds(5));

    // When
    answers.getFirst().complete(List.of(STORED));
    runTasks();

    // Then
    assertThat(writes.nanosUntilTimeout()).isEqualTo(TIMEOUT.toNanos());
    assertThat(writes.oldest()).isZero();
  }

  private void start(int documents) {
    writes.start(documents(documents), ended::add);
  }

  private void runTasks() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  private BatchWrites writes(BatchWriter writer) {
    return new BatchWrites(writer, tasks::add, TIMEOUT, SuspectedPoison.MEMORY, time.nanoClock());
  }

  private static CompletableFuture<List<WriteOutcome>> raise(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) failure;
  }

  private static Throwable causeOf(WriteOutcome outcome) {
    return ((NotConfirmed) outcome).cause();
  }

  private static List<EventDocument> documents(int count) {
    return IntStream.range(0, count).mapToObj(n -> StubEvent.numbered(n).document()).toList();
  }
}
