package io.wideevents.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.time.ClosingTime;
import io.wideevents.worker.consume.MqConsumerService;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClosingSequenceTest {
  private final CountDownLatch released = new CountDownLatch(1);
  private final List<String> closed = new CopyOnWriteArrayList<>();

  @AfterEach
  void release() {
    released.countDown();
  }

  @Test
  void close_goesOnToEveryPartThoughAllHangAndAddsUpToTheBound() {
    // Given
    Duration bound = Duration.ofMillis(400);
    ClosingSequence sequence = new ClosingSequence(new ClosingTime(bound));
    long start = System.nanoTime();

    // When: the first would take all of it
    sequence.close("first", Duration.ofHours(1), Duration.ofMillis(200), () -> hang("first"));
    sequence.close("second", Duration.ofMillis(100), Duration.ofMillis(100), () -> hang("second"));
    sequence.close("third", Duration.ofMillis(100), Duration.ZERO, () -> hang("third"));

    // Then
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMinutes(1));
    await()
        .untilAsserted(
            () -> assertThat(closed).containsExactlyInAnyOrder("first", "second", "third"));
  }

  @Test
  void close_goesOnAfterAPartThatFails() {
    ClosingSequence sequence = new ClosingSequence(new ClosingTime(Duration.ofSeconds(30)));

    sequence.close(
        "first",
        Duration.ofSeconds(5),
        Duration.ZERO,
        () -> {
          throw new NoClassDefFoundError("gone");
        });
    sequence.close("second", Duration.ofSeconds(5), Duration.ZERO, () -> closed.add("second"));

    assertThat(closed).containsExactly("second");
  }

  @Test
  void bounds_ofThePartsAddUpToLessThanThatOfTheShutdown() {
    Duration parts =
        MqConsumerService.CLOSE
            .plus(WorkerApplication.DEAD_LETTERS_CLOSE)
            .plus(WorkerApplication.MONGO_CLOSE)
            .plus(WorkerApplication.HTTP_CLOSE);

    assertThat(parts).isLessThanOrEqualTo(WorkerApplication.CLOSE_BOUND);
    assertThat(WorkerApplication.CLOSE_BOUND).isLessThan(RunCommand.CLOSE_BOUND);
    assertThat(RunCommand.CLOSE_BOUND).as("the promise").isLessThan(Duration.ofSeconds(8));
    assertThat(MqConsumerService.FINISH).isLessThan(MqConsumerService.CLOSE);
  }

  private void hang(String part) {
    closed.add(part);
    try {
      released.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
