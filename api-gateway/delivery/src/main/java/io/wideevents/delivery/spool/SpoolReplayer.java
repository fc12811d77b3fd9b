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
 * Empties a spool as soon as the tiers above take events again: pending events go to Kafka or
 * MongoDB, refused ones to the dead-letter topic. An event leaves the spool only once it is durable
 * elsewhere; a crash in between delivers it again, under the same id.
 *
 * <p>Two threads, {@code spool-replay} and {@code spool-refused}, so that a dead-letter topic which
 * does not answer holds up nobody. One chunk is in flight at a time and the pace is bounded: live
 * traffic has priority. Owned, and closed before spool and tiers, by the gateway's application.
 */
public final class SpoolReplayer implements AutoCloseable {
  private final ReplayLoop pending;
  private final ReplayLoop refused;

  /**
   * @param tiers Kafka, then MongoDB; never the spool itself. Not closed here
   * @param eventsPerSecond pace at most, at least 1
   */
  public SpoolReplayer(
      EventSpool spool, LoggerPort tiers, DeadLetterPort deadLetters, int eventsPerSecond) {
    this(spool, tiers, deadLetters, eventsPerSecond, RandomGenerator::getDefault, System::nanoTime);
  }

  /**
   * With a clock of the caller's, for a simulation that calls {@link #runOnce} and never {@link
   * #start}.
   *
   * @param randoms one for each of the two backoffs
   * @param nanoTime monotonic clock, as {@link System#nanoTime}; deadlines are given on it
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

  /** Delivers those that can be read as events; the others are refused here. */
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
    // Refused by the dead-letter topic as well: there is no further place, so it stays.
    return new ReplayLane(spool.refused(), deadLetters::deadLetter, refusals -> 0, nanoTime);
  }

  /**
   * Does what is due, on the caller's thread: blocks for the disk and not for the targets.
   *
   * @return nanoseconds until there is work again, unless a target answers or {@link #wake} is
   *     called before
   */
  long runOnce() {
    return Math.min(pending.runOnce(), refused.runOnce());
  }

  public void start() {
    pending.start();
    refused.start();
  }

  /** Tries at once instead of after the current pause: for when a tier's breaker closes. */
  public void wake() {
    pending.wake();
    refused.wake();
  }

  /** What was done since the start; they only grow. */
  public ReplayStats stats() {
    return new ReplayStats(pending.delivered(), pending.refused(), refused.delivered());
  }

  /** Has both threads end after what they are doing; returns at once. Idempotent. */
  public void stop() {
    pending.stop();
    refused.stop();
  }

  /** Ends both threads; blocks for at most 1 s. Idempotent; nothing is lost. */
  @Override
  public void close() {
    stop();
    pending.join();
    refused.join();
  }
}
