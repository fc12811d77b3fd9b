package io.wideevents.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.time.InstantSource;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class FinalizeOnceTest {
  private static final int REQUESTS = Integer.getInteger("wideevents.requests", 100_000);
  private static final int BATCH = 5_000;

  /**
   * Three threads end each request at the same time, and a fourth thread writes late. {@code
   * -Dwideevents.requests=1000000} runs more requests.
   */
  @Test
  void everyRequest_leavesOneEventWhateverEndsRace() throws Exception {
    CountingTier tier = new CountingTier();
    LoggingService service =
        LoggingService.queued(
            LoggingSettings.of("shop")
                .boundedBy(256L << 20, 64L << 20)
                .timed(Duration.ofSeconds(30), Duration.ofSeconds(30)),
            tier,
            tier,
            InstantSource.system());
    LoggingContext[] contexts = new LoggingContext[BATCH];
    CyclicBarrier start = new CyclicBarrier(3);
    LongAdder won = new LongAdder();
    try (ExecutorService ends = Executors.newFixedThreadPool(3)) {
      for (int done = 0; done < REQUESTS; done += BATCH) {
        for (int i = 0; i < BATCH; i++) {
          contexts[i] = service.begin(Integer.toString(done + i), null).set("n", i);
        }
        Future<?> answered = ends.submit(() -> end(service, contexts, Ending.ANSWERED, start, won));
        Future<?> timedOut =
            ends.submit(() -> end(service, contexts, Ending.TIMED_OUT, start, won));
        Future<?> aborted = ends.submit(() -> end(service, contexts, Ending.ABORTED, start, won));
        answered.get(2, TimeUnit.MINUTES);
        timedOut.get(2, TimeUnit.MINUTES);
        aborted.get(2, TimeUnit.MINUTES);
        // The tier is in memory, so this waits only for its thread.
        await().atMost(Duration.ofMinutes(2)).until(() -> service.stats().inFlight() < 100_000);
      }
    }
    service.close();

    LoggingStats stats = service.stats();
    assertThat(won.sum()).isEqualTo(REQUESTS);
    assertThat(stats.finalized()).isEqualTo(REQUESTS);
    assertThat(stats.durableTotal()).isEqualTo(REQUESTS);
    assertThat(stats.droppedTotal()).isZero();
    assertThat(tier.twice).isZero();
    assertThat(tier.seen.cardinality()).isEqualTo(REQUESTS);
  }

  private static Void end(
      LoggingService service,
      LoggingContext[] contexts,
      Ending ending,
      CyclicBarrier start,
      LongAdder won)
      throws Exception {
    start.await(1, TimeUnit.MINUTES);
    for (LoggingContext context : contexts) {
      if (ending == Ending.ANSWERED && context.requestId().endsWith("7")) {
        context.error(new IllegalStateException("failed"));
      }
      if (service.complete(context, ending)) {
        won.increment();
      }
      context.set("late", true);
    }
    return null;
  }

  /** Marks each request id; every event must be the first of its request. */
  private static final class CountingTier implements LoggerPort {
    private final BitSet seen = new BitSet(REQUESTS);
    private int twice;

    @Override
    public synchronized CompletableFuture<List<DeliveryOutcome>> log(
        List<EncodedEvent> events, Deadline deadline) {
      for (EncodedEvent event : events) {
        int number = Integer.parseInt(event.requestId());
        twice += seen.get(number) ? 1 : 0;
        seen.set(number);
      }
      return CompletableFuture.completedFuture(
          Collections.nCopies(events.size(), new DeliveryOutcome.Durable(Tier.KAFKA)));
    }

    @Override
    public void close() {}
  }
}
