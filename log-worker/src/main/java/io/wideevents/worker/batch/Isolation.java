package io.wideevents.worker.batch;

import io.wideevents.log.LogThrottle;
import io.wideevents.mongo.WriteFailures;
import io.wideevents.mongo.batch.SuspectedPoison;
import io.wideevents.time.Backoff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records that are written alone, one at a time, each with its own backoff. Their failures say
 * nothing about MongoDB: they are suspected poison records, or their writes get no answer while
 * other writes do.
 *
 * <p>Holds at most {@link SuspectedPoison#MOST_AT_ONCE} records, and no record while isolation is
 * suspended.
 */
final class Isolation {
  private static final Logger LOG = LoggerFactory.getLogger(Isolation.class);
  private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);

  // The pauses between six failures add up to two minutes, the time after which a suspected record
  // is proven poison.
  private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);

  private final SuspectedPoison suspected;
  private final Backoff backoff;
  private final LongSupplier nanoClock;
  private final LogThrottle log;

  /** Records that wait for their next write, without the record that is being written. */
  private final List<RetryRecord> waiting = new ArrayList<>();

  private @Nullable RetryRecord writing;

  Isolation(SuspectedPoison suspected, Backoff backoff, LongSupplier nanoClock) {
    this.suspected = suspected;
    this.backoff = backoff;
    this.nanoClock = nanoClock;
    this.log = new LogThrottle(LOG_INTERVAL, nanoClock);
  }

  /** Number of isolated records, including the one that is being written. */
  int size() {
    return waiting.size() + (writing == null ? 0 : 1);
  }

  /** Memory of the isolated records, in bytes. */
  long heldBytes() {
    long bytes = writing == null ? 0 : writing.record().heldBytes();
    for (RetryRecord retry : waiting) {
      bytes += retry.record().heldBytes();
    }
    return bytes;
  }

  boolean hasCapacity() {
    return size() < SuspectedPoison.MOST_AT_ONCE && !suspected.isSuspended();
  }

  /**
   * Isolates a record, or keeps it isolated. The pause before its next write grows with each call.
   *
   * @param cause of the last failure
   */
  void add(RetryRecord retry, Throwable cause) {
    int failures = retry.isolatedFailure();
    Duration pause = SHORTEST_PAUSE.plus(backoff.after(failures));
    retry.notBefore(nanoClock.getAsLong() + pause.toNanos());
    waiting.add(retry);
    if (failures == 1) {
      log.tryShow().ifPresent(notShown -> logIsolated(retry.record().source(), cause, notShown));
    }
  }

  /** Takes the record whose write is due first; null while no write is due or one is in flight. */
  @Nullable RetryRecord takeDue() {
    if (nanosUntilDue() > 0) {
      return null;
    }
    writing = first();
    waiting.remove(writing);
    return writing;
  }

  /** Reports that the write of the record taken last has ended. */
  void written() {
    writing = null;
  }

  /**
   * Nanoseconds until a write is due; {@link Long#MAX_VALUE} while a write is in flight or no
   * record waits.
   */
  long nanosUntilDue() {
    RetryRecord first = writing == null ? first() : null;
    return first == null ? Long.MAX_VALUE : first.notBeforeNanos() - nanoClock.getAsLong();
  }

  List<RetryRecord> removeIf(Predicate<RetryRecord> matches) {
    List<RetryRecord> found = waiting.stream().filter(matches).toList();
    waiting.removeAll(found);
    return found;
  }

  private @Nullable RetryRecord first() {
    RetryRecord first = null;
    for (RetryRecord retry : waiting) {
      if (first == null || retry.notBeforeNanos() - first.notBeforeNanos() < 0) {
        first = retry;
      }
    }
    return first;
  }

  private static void logIsolated(
      ConsumerRecord<byte[], byte[]> source, Throwable cause, long notShown) {
    LOG.atWarn()
        .addKeyValue("topic", source.topic())
        .addKeyValue("partition", source.partition())
        .addKeyValue("offset", source.offset())
        .addKeyValue("code", WriteFailures.code(cause).orElse(0))
        .addKeyValue("error", WriteFailures.text(cause))
        .addKeyValue("notShown", notShown)
        .log("MongoDB failed on a record while it took others; the record is retried alone");
  }
}
