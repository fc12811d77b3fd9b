package io.wideevents.toolbox.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoadGeneratorTest {
  private final AtomicInteger sent = new AtomicInteger();

  @Test
  void run_spacesTheDueTimesEvenlyHoweverLongARequestTakes() throws Exception {
    // Given: one request at a time, and the first takes 50 ms
    CountDownLatch never = new CountDownLatch(1);
    List<Long> due = new ArrayList<>();
    Stream<LoadGenerator.Request> requests =
        IntStream.range(0, 11)
            .mapToObj(
                i ->
                    dueNanos -> {
                      due.add(dueNanos);
                      var unused = never.await(i == 0 ? 50 : 0, TimeUnit.MILLISECONDS);
                    });
    // When
    new LoadGenerator(1_000, 1).run(requests.iterator());
    // Then
    assertThat(due).hasSize(11).isSorted();
    assertThat(due.getLast() - due.getFirst()).isEqualTo(Duration.ofMillis(10).toNanos());
  }

  @Test
  void run_hasNoMoreRequestsInFlightThanAllowed() throws Exception {
    // Given
    CountDownLatch threeAreInFlight = new CountDownLatch(3);
    AtomicInteger inFlight = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    Stream<LoadGenerator.Request> requests =
        Stream.generate(
            () ->
                due -> {
                  most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
                  threeAreInFlight.countDown();
                  threeAreInFlight.await();
                  inFlight.decrementAndGet();
                });
    // When
    new LoadGenerator(0, 3).run(requests.limit(500).iterator());
    // Then
    assertThat(most).hasValue(3);
  }

  @Test
  void run_endsWithTheFailureOfARequestAndSendsNoMore() {
    // Given
    Stream<LoadGenerator.Request> endless =
        Stream.generate(
            () ->
                due -> {
                  sent.incrementAndGet();
                  throw new IllegalArgumentException("broken");
                });
    // When / Then
    assertThatThrownBy(() -> new LoadGenerator(0, 1).run(endless.iterator()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("broken");
    assertThat(sent.get()).isBetween(1, 2);
  }
}
