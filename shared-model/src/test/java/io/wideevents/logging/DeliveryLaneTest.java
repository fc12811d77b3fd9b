package io.wideevents.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.codec.EventFields;
import io.wideevents.codec.FieldRules;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import io.wideevents.logging.sampling.Sampling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

class DeliveryLaneTest {
  private static final int ROUNDS = 20;

  // More than there are processors, so that many stand still in the middle of an offer.
  private static final int OFFERING = 12;

  private static final long MAX_BYTES = 1L << 20;

  private static final LoggingSettings SETTINGS =
      LoggingSettings.of("shop").timed(Duration.ofSeconds(30), Duration.ofSeconds(30));

  private final FieldRules rules = new FieldRules(SETTINGS.rules());

  @Test
  void offer_leavesNothingBehindThatCloseDoesNotKnowOf() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      // Given threads that offer all the time
      LongAdder answered = new LongAdder();
      DeliveryLane lane = lane(answered);
      lane.start();
      CountDownLatch offering = new CountDownLatch(OFFERING);
      AtomicBoolean closed = new AtomicBoolean();
      List<Future<Long>> offers = new ArrayList<>();
      List<Pending> left;
      try (ExecutorService threads = Executors.newFixedThreadPool(OFFERING)) {
        for (int i = 0; i < OFFERING; i++) {
          offers.add(threads.submit(() -> offerUntil(closed, lane, offering)));
        }
        assertThat(offering.await(1, TimeUnit.MINUTES)).isTrue();

        // When
        left = lane.close(Deadline.after(Duration.ofSeconds(30)));
        closed.set(true);
      }

      // Then
      long taken = 0;
      for (Future<Long> offer : offers) {
        taken += offer.get();
      }
      assertThat(answered.sum() + left.size()).as("round %d", round).isEqualTo(taken);
      assertThat(lane.heldEvents()).isZero();
      assertThat(lane.heldBytes()).isZero();
    }
  }

  @Test
  void errorOutOfTheTier_costsNoEventAfterIt() {
    // Given a tier that fails as a class that cannot be loaded does
    List<DeliveryOutcome> outcomes = Collections.synchronizedList(new ArrayList<>());
    AtomicBoolean broken = new AtomicBoolean(true);
    DeliveryLane lane =
        lane(
            new AnsweringTier() {
              @Override
              public CompletableFuture<List<DeliveryOutcome>> log(
                  List<EncodedEvent> events, Deadline deadline) {
                if (broken.getAndSet(false)) {
                  throw new NoClassDefFoundError("gone");
                }
                return super.log(events, deadline);
              }
            },
            (event, outcome) -> outcomes.add(outcome));
    lane.start();
    assertThat(lane.offer(new Pending.Raw(request()))).isTrue();
    await().until(() -> !broken.get());

    // When
    assertThat(lane.offer(new Pending.Raw(request()))).isTrue();
    List<Pending> left = lane.close(Deadline.after(Duration.ofSeconds(30)));

    // Then
    assertThat(left).isEmpty();
    assertThat(outcomes)
        .satisfiesExactly(
            first -> assertThat(first).isInstanceOf(DeliveryOutcome.NotConfirmed.class),
            second -> assertThat(second).isInstanceOf(DeliveryOutcome.Durable.class));
    assertThat(lane.heldEvents()).isZero();
  }

  private long offerUntil(AtomicBoolean closed, DeliveryLane lane, CountDownLatch offering) {
    Pending event = new Pending.Raw(request());
    offering.countDown();
    long taken = 0;
    while (!closed.get()) {
      if (lane.offer(event)) {
        taken++;
      }
    }
    return taken;
  }

  private FinalizedRequest request() {
    EventFields fields = rules.newFields();
    return new FinalizedRequest(
        "req-1", null, "GET /cart", System.currentTimeMillis(), 1, 0, System.nanoTime(), fields);
  }

  private DeliveryLane lane(LongAdder answered) {
    return lane(new AnsweringTier(), (event, outcome) -> answered.increment());
  }

  private DeliveryLane lane(LoggerPort tier, DeliveryLane.Answers answers) {
    return new DeliveryLane(
        "lane-under-test",
        tier,
        SETTINGS,
        MAX_BYTES,
        new EventFinalizer("shop", Sampling.OFF, rules, new LoggingCounters(Sampling.OFF)),
        answers);
  }

  /** Confirms everything at once. */
  private static class AnsweringTier implements LoggerPort {
    @Override
    public CompletableFuture<List<DeliveryOutcome>> log(
        List<EncodedEvent> events, Deadline deadline) {
      return CompletableFuture.completedFuture(
          Collections.nCopies(events.size(), new DeliveryOutcome.Durable(Tier.KAFKA)));
    }

    @Override
    public void close() {}
  }
}
