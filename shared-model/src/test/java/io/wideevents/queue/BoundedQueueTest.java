package io.wideevents.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class BoundedQueueTest {
  private static final Deadline NOW = Deadline.after(Duration.ZERO);
  private static final int ROUNDS = 5;
  private static final int LARGE_ROUNDS = 10_000;
  private static final int SPINS_BEFORE_YIELD = 10_000;

  // More threads than processors, so that many are suspended in the middle of an offer.
  private static final int OFFERING = 12;

  private final List<String> sent = new CopyOnWriteArrayList<>();
  private final AtomicBoolean fails = new AtomicBoolean();
  private final AtomicBoolean acknowledges = new AtomicBoolean(true);
  private BoundedQueue<String> queue = new BoundedQueue<>("test", 10, String::length, this::send);

  @AfterEach
  void close() {
    var unused = queue.close(NOW);
  }

  @Test
  void offer_refusesWhenFull() {
    assertThat(queue.offer("12345")).isTrue();
    assertThat(queue.offer("67890")).isTrue();

    assertThat(queue.offer("x")).isFalse();

    assertThat(queue.pendingBytes()).isEqualTo(10);
    assertThat(queue.pendingItems()).isEqualTo(2);
  }

  @Test
  void offer_acceptsAnItemOfAnySizeWhenEmpty() {
    assertThat(queue.offer("larger than the limit")).isTrue();
  }

  @Test
  void offer_acceptsExactlyOneOfTwoLargeItemsThatComeTogether() throws Exception {
    // Given
    AtomicInteger arrivals = new AtomicInteger();
    String large = "larger than the limit";
    Callable<List<Boolean>> offers =
        () -> {
          List<Boolean> accepted = new ArrayList<>();
          for (int round = 0; round < LARGE_ROUNDS; round++) {
            meet(arrivals, round * 4 + 2);
            accepted.add(queue.offer(large));
            meet(arrivals, round * 4 + 4);
            if (accepted.getLast()) {
              queue.poll();
              queue.releaseItem(large.length());
            }
          }
          return accepted;
        };

    // When two threads offer at the same time, again and again
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Future<List<Boolean>> first = threads.submit(offers);
      Future<List<Boolean>> second = threads.submit(offers);

      // Then
      for (int round = 0; round < LARGE_ROUNDS; round++) {
        assertThat(first.get().get(round))
            .as("round %d", round)
            .isNotEqualTo(second.get().get(round));
      }
    }
  }

  /** Waits without a lock, so that both threads go on within nanoseconds. */
  private static void meet(AtomicInteger arrivals, int expected) {
    arrivals.incrementAndGet();
    for (int spins = 0; arrivals.get() < expected; spins++) {
      if (spins < SPINS_BEFORE_YIELD) {
        Thread.onSpinWait();
      } else {
        Thread.yield();
      }
    }
  }

  @Test
  void offer_refusesUntilATakenItemIsReleased() {
    // Given
    acknowledges.set(false);
    queue.start();
    assertThat(queue.offer("1234567890")).isTrue();
    await().until(() -> sent.size() == 1);
    assertThat(queue.offer("x")).isFalse();

    // When
    queue.releaseItem(10);

    // Then
    assertThat(queue.offer("x")).isTrue();
  }

  @Test
  void send_continuesAfterASenderThatThrows() {
    fails.set(true);
    queue.start();

    assertThat(queue.offer("a")).isTrue();

    await().until(() -> sent.equals(List.of("a")));
    assertThat(fails).isFalse();
  }

  @Test
  void send_startsAgainAfterAPauseWithoutItems() throws Exception {
    // Given a sender thread that is parked without a timeout
    queue.start();
    Thread sender = sender();
    await().until(() -> sender.getState() == Thread.State.WAITING);

    // When
    assertThat(queue.offer("a")).isTrue();

    // Then
    await().until(() -> sent.equals(List.of("a")));
  }

  @Test
  void put_blocksUntilTheDeadlineWhenFull() {
    assertThat(queue.offer("1234567890")).isTrue();

    assertThat(queue.put("x", Deadline.after(Duration.ofMillis(20)))).isFalse();
  }

  @Test
  void put_acceptsWhenAnItemIsReleased() {
    // Given
    assertThat(queue.offer("1234567890")).isTrue();
    queue.start();

    // Then
    assertThat(queue.put("x", Deadline.after(Duration.ofMinutes(1)))).isTrue();
  }

  @Test
  void close_sendsTheRest() {
    // Given
    assertThat(queue.offer("a")).isTrue();
    assertThat(queue.offer("b")).isTrue();
    queue.start();

    // When
    List<String> left = queue.close(Deadline.after(Duration.ofMinutes(1)));

    // Then
    assertThat(left).isEmpty();
    assertThat(sent).containsExactly("a", "b");
    assertThat(queue.isSending()).isFalse();
    assertThat(queue.offer("c")).isFalse();
  }

  @Test
  void close_returnsWhatWasNotTakenByTheDeadline() {
    // Given a queue whose thread was not started
    assertThat(queue.offer("a")).isTrue();
    assertThat(queue.offer("b")).isTrue();

    // When
    List<String> left = queue.close(NOW);

    // Then
    assertThat(left).containsExactly("a", "b");
    assertThat(queue.pendingItems()).isZero();
    assertThat(queue.pendingBytes()).isZero();
  }

  @Test
  @Tag("slow")
  void close_accountsForEachItemThatWasOfferedMeanwhile() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      // Given threads that offer all the time
      sent.clear();
      queue = new BoundedQueue<>("test", 10_000, String::length, this::send);
      queue.start();
      CountDownLatch offering = new CountDownLatch(OFFERING);
      AtomicBoolean closed = new AtomicBoolean();
      List<Future<Long>> offers = new ArrayList<>();
      List<String> left;
      try (ExecutorService threads = Executors.newFixedThreadPool(OFFERING)) {
        for (int i = 0; i < OFFERING; i++) {
          offers.add(threads.submit(() -> offerUntil(closed, offering)));
        }
        assertThat(offering.await(1, TimeUnit.MINUTES)).isTrue();

        // When
        left = queue.close(Deadline.after(Duration.ofSeconds(30)));
        closed.set(true);
      }

      // Then
      long accepted = 0;
      for (Future<Long> offer : offers) {
        accepted += offer.get();
      }
      assertThat(sentItems + left.size()).as("round %d", round).isEqualTo(accepted);
      assertThat(queue.pendingItems()).isZero();
      assertThat(queue.pendingBytes()).isZero();
      sentItems = 0;
    }
  }

  // Written by the sender thread, and read after that thread has ended.
  private volatile long sentItems;

  private long offerUntil(AtomicBoolean closed, CountDownLatch offering) {
    offering.countDown();
    long accepted = 0;
    while (!closed.get()) {
      if (queue.offer("an item")) {
        accepted++;
      }
    }
    return accepted;
  }

  private boolean send() {
    if (fails.getAndSet(false)) {
      throw new OutOfMemoryError("simulated");
    }
    String item = queue.poll();
    if (item == null) {
      return false;
    }
    sentItems = sentItems + 1;
    if (sent.size() < 100) {
      sent.add(item);
    }
    if (acknowledges.get()) {
      queue.releaseItem(item.length());
    }
    return true;
  }

  private static Thread sender() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("test") && thread.isAlive())
        .findAny()
        .orElseThrow();
  }
}
