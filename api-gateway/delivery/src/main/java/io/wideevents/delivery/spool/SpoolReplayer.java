package io.wideevents.delivery.spool;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.event.EncodedEvent;
import io.wideevents.time.Deadline;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Drains a spool when the other tiers take events again. Pending events go to Kafka or MongoDB, and
 * rejected events go to the dead-letter topic. An event leaves the spool only when it is durable
 * elsewhere. After a crash in between, it is delivered again under the same id.
 *
 * <p>Uses two threads, {@code spool-replay} and {@code spool-refused}, so that a dead-letter topic
 * that does not answer does not delay the pending events. Each thread has one chunk in flight at a
 * time, and the rate is limited, because live traffic has priority. Owned by the gateway's
 * application, and closed before the spool and the tiers.
 */
public final class SpoolReplayer implements AutoCloseable {
  private final ReplayLoop pending;
  private final ReplayLoop refused;

  /**
   * @param tiers Kafka, then MongoDB, without the spool; not closed by this class
   * @param eventsPerSecond maximum rate, at least 1
   */
  public SpoolReplayer(
      EventSpool spool, LoggerPort tiers, DeadLetterPort deadLetters, int eventsPerSecond) {
    this(spool, tiers, deadLetters, eventsPerSecond, RandomGenerator::getDefault, System::nanoTime);
  }

  /**
   * Uses the caller's clock, for a simulation that calls {@link #runOnce} and never {@link #start}.
   *
   * @param randoms one for each of the two backoffs
   * @param nanoTime monotonic clock, as {@link System#nanoTime}, also used for deadlines
   */
  SpoolReplayer(
      EventSpool spool,
      LoggerPort tiers,
      DeadLetterPort deadLetters,
      int eventsPerSecond,
      Supplier<RandomGenerator> randoms,
      LongSupplier nanoTime) {
    this.pending =
        new ReplayLoop(
            "spool-replay",
            pendingLane(spool, tiers, nanoTime),
            eventsPerSecond,
            randoms.get(),
            nanoTime);
    this.refused =
        new ReplayLoop(
            "spool-refused",
            refusedLane(spool, deadLetters, nanoTime),
            eventsPerSecond,
            randoms.get(),
            nanoTime);
  }

  static ReplayLane pendingLane(EventSpool spool, LoggerPort tiers, LongSupplier nanoTime) {
    return new ReplayLane(
        spool.pending(),
        (events, deadline) -> deliver(tiers, events, deadline),
        refusals -> {
          spool.setAside(refusals);
          return refusals.size();
        },
        nanoTime);
  }

  private static CompletableFuture<List<DeliveryOutcome>> deliver(
      LoggerPort tiers, List<SpooledEvent> events, Deadline deadline) {
    List<EncodedEvent> readable = new ArrayList<>();
    events.stream().filter(event -> !isRefused(event)).forEach(readable::add);
    if (readable.size() == events.size()) {
      return tiers.log(readable, deadline);
    }
    CompletableFuture<List<DeliveryOutcome>> answer =
        readable.isEmpty()
            ? CompletableFuture.completedFuture(List.of())
            : tiers.log(readable, deadline);
    return answer.thenApply(
        outcomes -> {
          Iterator<DeliveryOutcome> delivered = outcomes.iterator();
          return events.stream()
              .map(event -> isRefused(event) ? refusal(event) : delivered.next())
              .toList();
        });
  }

  private static boolean isRefused(SpooledEvent event) {
    return !event.refusalCode().isEmpty();
  }

  private static DeliveryOutcome refusal(SpooledEvent event) {
    return new DeliveryOutcome.Refused(event.refusalCode(), event.refusalMessage());
  }

  static ReplayLane refusedLane(
      EventSpool spool, DeadLetterPort deadLetters, LongSupplier nanoTime) {
    // An event that the dead-letter topic rejects as well stays in the spool.
    return new ReplayLane(spool.refused(), deadLetters::deadLetter, refusals -> 0, nanoTime);
  }

  /**
   * Runs the due work on the caller's thread. Blocks for the disk and not for the targets.
   *
   * @return nanoseconds until the next work, unless a target answers or {@link #wake} is called
   *     before
   */
  long runOnce() {
    return Math.min(pending.runOnce(), refused.runOnce());
  }

  public void start() {
    pending.start();
    refused.start();
  }

  /**
   * Retries at once instead of after the current backoff. Called when the circuit of a tier closes.
   */
  public void wake() {
    pending.wake();
    refused.wake();
  }

  /** Counts since the start; they only grow. */
  public ReplayStats stats() {
    return new ReplayStats(pending.delivered(), pending.refused(), refused.delivered());
  }

  /** Ends both threads after their current step. Does not block. Idempotent. */
  public void stop() {
    pending.stop();
    refused.stop();
  }

  /** Ends both threads. Blocks for at most 1 s. Idempotent. No event is lost. */
  @Override
  public void close() {
    stop();
    pending.join();
    refused.join();
  }
}
