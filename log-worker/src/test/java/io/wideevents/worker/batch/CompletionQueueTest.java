package io.wideevents.worker.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CompletionQueueTest {
  private final AtomicInteger alarms = new AtomicInteger();
  private final CompletionQueue queue = new CompletionQueue();

  CompletionQueueTest() {
    queue.wakeBy(alarms::incrementAndGet);
  }

  @Test
  void execute_wakesASleepingThreadOnce() {
    queue.beginBlocking();

    queue.execute(() -> {});
    queue.execute(() -> {});

    assertThat(alarms).hasValue(1);
  }

  @Test
  void execute_doesNotWakeAThreadThatIsAwake() {
    queue.beginBlocking();
    queue.endBlocking();

    queue.execute(() -> {});

    assertThat(alarms).hasValue(0);
  }

  @Test
  void beginBlocking_isRefusedWhenSomethingHasArrived() {
    queue.execute(() -> {});

    assertThat(queue.beginBlocking()).isFalse();
  }

  @Test
  void runPending_runsInOrder() {
    List<Integer> ran = new ArrayList<>();
    queue.execute(() -> ran.add(1));
    queue.execute(() -> ran.add(2));

    queue.runPending();

    assertThat(ran).containsExactly(1, 2);
  }

  @Test
  void awaitPending_returnsAsSoonAsSomethingHasRun() throws InterruptedException {
    AtomicInteger ran = new AtomicInteger();
    Thread.ofPlatform().start(() -> queue.execute(ran::incrementAndGet));

    queue.awaitPending(Duration.ofMinutes(1));

    assertThat(ran).hasValue(1);
  }

  @Test
  void awaitPending_givesUpWhenTimeIsUp() throws InterruptedException {
    queue.awaitPending(Duration.ofMillis(1));

    assertThat(queue.beginBlocking()).isTrue();
  }
}
