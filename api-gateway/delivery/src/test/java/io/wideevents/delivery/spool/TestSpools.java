package io.wideevents.delivery.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.RecordDecoder;
import io.wideevents.codec.RecordResult;
import io.wideevents.event.DeadLetterReason;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import io.wideevents.time.ClosingTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Spools of 1 MiB in small segments, for tests. */
public final class TestSpools {
  static final int MAX_BYTES = 1 << 20;
  private static final int CALL_EVENTS = 20;
  static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private TestSpools() {}

  static SpoolSettings settings(Path directory) {
    return new SpoolSettings(directory, MAX_BYTES, 0, 1_000_000);
  }

  static RecordDecoder decoder() {
    return new RecordDecoder(EncoderSettings.DEFAULT, InstantSource.system());
  }

  static UndecodableEventException undecodable(EventId id) {
    return new UndecodableEventException(
        id, new RecordResult.Poison(DeadLetterReason.INVALID, "a rule was added"));
  }

  static EventSpool open(Path directory) {
    return open(directory, new DiskFiles());
  }

  static EventSpool open(Path directory, SpoolFiles files) {
    return open(settings(directory), files, new ClosingTime(CLOSE_TIMEOUT));
  }

  static EventSpool open(SpoolSettings settings, SpoolFiles files, ClosingTime closing) {
    return EventSpool.open(settings, files, decoder(), InstantSource.system(), closing);
  }

  /** An event as the replay passes it to the dead-letter topic. */
  public static SpooledEvent rejected(
      EncodedEvent event, Instant spooledAt, String code, String message) {
    byte[] frame = Frame.encode(StoredEvent.pending(event, spooledAt));
    StoredEvent stored = Frame.decode(ByteBuffer.wrap(frame)).orElseThrow();
    return new SpooledEvent(segment(), 0, stored, decoder()).rejected(code, message);
  }

  /** A segment for events that are in no spool. */
  static Segment segment() {
    Segment.Place place = new Segment.Place(Path.of("none"), 1, Segment.Kind.PENDING);
    return new Segment(place, Instant.EPOCH, SegmentHeader.BYTES, 0);
  }

  /** Appends until the spool is full; returns how many events it took. */
  static int fill(EventSpool spool) throws Exception {
    int taken = 0;
    while (outcome(spool, someFrom(taken)) instanceof SpoolOutcome.Spooled) {
      taken += CALL_EVENTS;
    }
    return taken;
  }

  private static List<StubEvent> someFrom(int first) {
    return IntStream.range(first, first + CALL_EVENTS).mapToObj(StubEvent::numbered).toList();
  }

  static void append(EventSpool spool, List<StubEvent> events) throws Exception {
    assertThat(outcome(spool, events)).isEqualTo(new SpoolOutcome.Spooled());
  }

  static SpoolOutcome outcome(EventSpool spool, List<StubEvent> events) throws Exception {
    return spool.append(List.copyOf(events)).get(30, TimeUnit.SECONDS);
  }

  /** Every event that is not acknowledged. */
  public static List<SpooledEvent> read(EventSpool spool) {
    List<SpooledEvent> events = new ArrayList<>();
    try {
      spool.forEach(events::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return events;
  }

  /** The first events that are not acknowledged. */
  static List<SpooledEvent> first(EventSpool spool, int count) {
    return read(spool).stream().limit(count).toList();
  }

  /** Acknowledges events, as the replay does, and releases their segments. */
  static void remove(EventSpool spool, Collection<SpooledEvent> events) {
    Set<EventId> ids = new HashSet<>();
    events.forEach(event -> ids.add(event.id()));
    spool.segments().seal();
    for (Segment segment : spool.segments().segments()) {
      acknowledge(spool, segment, ids);
      spool.segments().release(segment);
    }
  }

  private static void acknowledge(EventSpool spool, Segment segment, Set<EventId> ids) {
    SegmentPass pass = spool.read(segment);
    List<SpooledEvent> delivered = new ArrayList<>();
    try {
      for (var next = pass.next(); next.isPresent(); next = pass.next()) {
        if (ids.contains(next.get().id())) {
          delivered.add(next.get());
        }
      }
    } catch (IOException e) {
      spool.segments().readFailed(segment, e);
    }
    delivered.forEach(segment::acknowledge);
  }

  static List<EventId> idsOf(List<? extends EncodedEvent> events) {
    return events.stream().map(EncodedEvent::id).toList();
  }
}
