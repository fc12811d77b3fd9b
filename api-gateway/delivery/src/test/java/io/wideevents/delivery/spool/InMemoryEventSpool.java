package io.wideevents.delivery.spool;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.RecordDecoder;
import io.wideevents.event.EncodedEvent;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A spool that keeps its events in memory and fails on demand. Passes {@link EventSpoolContract}.
 * Answers on the calling thread. Safe for concurrent use.
 */
public final class InMemoryEventSpool implements EventSpool {
  private final Queue pending = new Queue();
  private final Queue refused = new Queue();
  private final RecordDecoder decoder =
      new RecordDecoder(EncoderSettings.DEFAULT, InstantSource.system());
  private final long maxBytes;
  private @Nullable Throwable failure;
  private boolean silent;
  private boolean closed;

  public InMemoryEventSpool() {
    this(Long.MAX_VALUE);
  }

  /**
   * @param maxBytes bound of the events' JSON together
   */
  public InMemoryEventSpool(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** From now on every append fails. */
  public synchronized void fail(Throwable cause) {
    failure = cause;
  }

  /** From now on no append is answered. */
  public synchronized void fallSilent() {
    silent = true;
  }

  @Override
  public synchronized CompletableFuture<SpoolOutcome> append(List<EncodedEvent> events) {
    if (silent) {
      return new CompletableFuture<>();
    }
    return CompletableFuture.completedFuture(outcome(events));
  }

  private SpoolOutcome outcome(List<EncodedEvent> events) {
    if (closed) {
      return new SpoolOutcome.Refused(SpoolOutcome.RefusalReason.CLOSED, "closed");
    }
    if (failure != null) {
      return new SpoolOutcome.Failed(failure);
    }
    List<StoredEvent> stored =
        events.stream().map(event -> StoredEvent.pending(event, Instant.now())).toList();
    long more = stored.stream().mapToLong(event -> event.json().length).sum();
    if (more > maxBytes - pending.bytes() - refused.bytes()) {
      return new SpoolOutcome.Refused(SpoolOutcome.RefusalReason.SPOOL_FULL, "full");
    }
    stored.forEach(pending::add);
    return new SpoolOutcome.Spooled();
  }

  @Override
  public SpoolQueue pending() {
    return pending;
  }

  @Override
  public SpoolQueue refused() {
    return refused;
  }

  @Override
  public void setAside(List<Refusal> refusals) {
    refusals.forEach(refusal -> refused.add(StoredEvent.refused(refusal)));
    pending.remove(refusals.stream().map(Refusal::event).toList());
  }

  @Override
  public synchronized SpoolStats stats() {
    return new SpoolStats(
        pending.size(),
        refused.size(),
        pending.bytes() + refused.bytes(),
        maxBytes,
        pending.oldest(),
        new SpoolStats.Damage(0, 0, 0),
        Optional.ofNullable(failure)
            .map(cause -> new SpoolStats.Trouble(cause.toString(), Instant.now())));
  }

  @Override
  public synchronized void close() {
    closed = true;
  }

  private final class Queue implements SpoolQueue {
    private final TreeMap<Integer, SpooledEvent> events = new TreeMap<>();
    private int nextOffset;

    synchronized void add(StoredEvent event) {
      int offset = nextOffset++;
      events.put(
          offset,
          new SpooledEvent(
              new SpoolPosition(1, offset), new SpoolPosition(1, offset + 1), event, decoder));
    }

    @Override
    public synchronized List<SpooledEvent> read(SpoolPosition from, int maxEvents, int maxBytes) {
      List<SpooledEvent> read = new ArrayList<>();
      long bytes = 0;
      for (SpooledEvent event : events.tailMap(from.offset()).values()) {
        bytes += event.stored().json().length;
        if (read.size() == maxEvents || (bytes > maxBytes && !read.isEmpty())) {
          break;
        }
        read.add(event);
      }
      return read;
    }

    @Override
    public synchronized void remove(Collection<SpooledEvent> gone) {
      gone.forEach(event -> events.remove(event.position().offset()));
    }

    synchronized int size() {
      return events.size();
    }

    synchronized long bytes() {
      return events.values().stream().mapToLong(event -> event.stored().json().length).sum();
    }

    synchronized Optional<Instant> oldest() {
      return events.values().stream().findFirst().map(SpooledEvent::spooledAt);
    }
  }
}
