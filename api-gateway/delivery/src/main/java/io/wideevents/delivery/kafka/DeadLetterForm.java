package io.wideevents.delivery.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.spool.SpooledEvent;
import io.wideevents.event.DeadLetterCuts;
import io.wideevents.event.DeadLetterFormat;
import io.wideevents.event.DeadLetterPart;
import io.wideevents.event.DeadLetterReason;
import io.wideevents.event.EventId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * The record a spooled event would have been, with the reason of its refusal in headers: what the
 * worker's {@code dlq} commands read, and replay. An event that is known to be too large becomes a
 * stub. Safe for concurrent use.
 */
final class DeadLetterForm implements RecordForm<SpooledEvent> {
  private static final Set<String> REASONS =
      Set.copyOf(Arrays.stream(DeadLetterReason.values()).map(DeadLetterReason::label).toList());

  private static final byte[] NOTHING = {};

  /** From so many failures on, only the smallest stub is tried. */
  private static final int SMALLEST = 2;

  private final String topic;
  private final EventForm events;
  private final DeadLetterCuts cuts;

  // How often Kafka found an event too large. No more events than the spool holds, and as good as
  // always empty.
  private final Map<EventId, Integer> tooLarge = new ConcurrentHashMap<>();

  DeadLetterForm(String topic, EventForm events, DeadLetterCuts cuts) {
    this.topic = topic;
    this.events = events;
    this.cuts = cuts;
  }

  @Override
  public ProducerRecord<byte[], byte[]> record(SpooledEvent event) {
    return letter(event).record();
  }

  @Override
  public void published(SpooledEvent event) {
    if (tooLarge.containsKey(event.id())
        || event.refusalMessage().length() > DeadLetterFormat.MAX_ERROR_CHARS) {
      Letter kept = letter(event);
      Map<String, Object> source = new LinkedHashMap<>();
      source.put("origin", DeadLetterFormat.SPOOL);
      source.put("eventId", event.id());
      cuts.kept(source, kept.cut(), bytes(whole(event).record()), bytes(kept.record()));
    }
    tooLarge.remove(event.id());
  }

  /**
   * Has events that Kafka found too large go as stubs from now on, and stubs as the smallest ones:
   * they are not confirmed yet, instead of refused.
   */
  List<DeliveryOutcome> stubNextTime(List<SpooledEvent> letters, List<DeliveryOutcome> outcomes) {
    List<DeliveryOutcome> answers = new ArrayList<>(outcomes);
    Map<EventId, Integer> failures = new HashMap<>();
    for (int i = 0; i < outcomes.size(); i++) {
      // Copies of an event fail together, which is one failure: the stub of the event may fit.
      if (outcomes.get(i) instanceof DeliveryOutcome.Refused refused
          && failures.computeIfAbsent(letters.get(i).id(), this::countFailure) <= SMALLEST) {
        answers.set(
            i,
            new DeliveryOutcome.NotConfirmed(
                new KafkaUnavailableException(
                    refused.message() + "; a stub of it will go instead")));
      }
    }
    return answers;
  }

  private int countFailure(EventId id) {
    return tooLarge.merge(id, 1, Integer::sum);
  }

  /** A record, and what it lacks of the event. */
  private record Letter(ProducerRecord<byte[], byte[]> record, Set<DeadLetterPart> cut) {}

  private Letter letter(SpooledEvent event) {
    int failures = tooLarge.getOrDefault(event.id(), 0);
    return failures == 0 ? whole(event) : stub(event, failures >= SMALLEST);
  }

  private Letter whole(SpooledEvent event) {
    Set<DeadLetterPart> cut = EnumSet.noneOf(DeadLetterPart.class);
    ProducerRecord<byte[], byte[]> source = events.record(event);
    addTo(source.headers(), event, DeadLetterFormat.MAX_ERROR_CHARS, cut);
    return new Letter(
        new ProducerRecord<>(topic, null, source.key(), source.value(), source.headers()), cut);
  }

  private Letter stub(SpooledEvent event, boolean smallest) {
    int headBytes = smallest ? 0 : DeadLetterFormat.STUB_HEAD_BYTES;
    int keyBytes = smallest ? 0 : DeadLetterFormat.STUB_MAX_KEY_BYTES;
    ProducerRecord<byte[], byte[]> source = events.record(event);
    byte[] key = source.key();
    // Its headers say nothing that the stub does not: type and schema are ours, the id is in it.
    Set<DeadLetterPart> cut = EnumSet.of(DeadLetterPart.VALUE);
    if (key.length > keyBytes) {
      cut.add(DeadLetterPart.KEY);
    }
    Headers headers = new RecordHeaders();
    addTo(
        headers,
        event,
        smallest ? DeadLetterFormat.SMALLEST_ERROR_CHARS : DeadLetterFormat.MAX_ERROR_CHARS,
        cut);
    add(headers, DeadLetterFormat.STUB, "true");
    // An id is hexadecimal digits and dashes: nothing to escape.
    String place =
        "\"origin\":\"%s\",\"eventId\":\"%s\"".formatted(DeadLetterFormat.SPOOL, event.id());
    return new Letter(
        new ProducerRecord<>(
            topic,
            null,
            key.length > keyBytes ? NOTHING : key,
            DeadLetterFormat.stub(place, key.length, source.value(), headBytes),
            headers),
        cut);
  }

  /** Adds our headers, and to {@code cut} the error if it does not fit. */
  private static void addTo(
      Headers headers, SpooledEvent event, int maxErrorChars, Set<DeadLetterPart> cut) {
    // What the spool calls undecodable was spooled under other rules than today's.
    boolean known = REASONS.contains(event.refusalCode());
    String reason = known ? event.refusalCode() : DeadLetterReason.INVALID.label();
    add(headers, DeadLetterFormat.REASON, reason);
    add(
        headers,
        DeadLetterFormat.ERROR,
        DeadLetterFormat.error(event.refusalMessage(), maxErrorChars));
    add(headers, DeadLetterFormat.ORIGIN, DeadLetterFormat.SPOOL);
    add(
        headers,
        DeadLetterFormat.SOURCE_TIMESTAMP,
        Long.toString(event.spooledAt().toEpochMilli()));
    // The first refusal is final: only what could not be made a document was never asked about.
    add(headers, DeadLetterFormat.ATTEMPTS, known ? "1" : "0");
    if (event.refusalMessage().length() > maxErrorChars) {
      cut.add(DeadLetterPart.ERROR);
    }
    if (!cut.isEmpty()) {
      add(headers, DeadLetterFormat.CUT, DeadLetterPart.labels(cut));
    }
  }

  private static long bytes(ProducerRecord<byte[], byte[]> record) {
    long bytes = (long) record.key().length + record.value().length;
    for (Header header : record.headers()) {
      bytes += header.key().length() + header.value().length;
    }
    return bytes;
  }

  private static void add(Headers headers, String name, String value) {
    headers.add(name, value.getBytes(UTF_8));
  }
}
