package io.wideevents.gateway.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wideevents.codec.DeadLetterReason;
import io.wideevents.event.DeadLetterFormat;
import io.wideevents.event.EventId;
import io.wideevents.gateway.spool.SpooledEvent;
import io.wideevents.logging.DeliveryOutcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.producer.ProducerRecord;
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

  private final String topic;
  private final EventForm events;

  // No more than the spool holds, and as good as always empty.
  private final Set<EventId> tooLarge = ConcurrentHashMap.newKeySet();

  DeadLetterForm(String topic, EventForm events) {
    this.topic = topic;
    this.events = events;
  }

  @Override
  public ProducerRecord<byte[], byte[]> record(SpooledEvent event) {
    return tooLarge.contains(event.id()) ? stub(event) : whole(event);
  }

  @Override
  public void published(SpooledEvent event) {
    tooLarge.remove(event.id());
  }

  /**
   * Has events that Kafka found too large go as stubs from now on: they are not confirmed yet,
   * instead of refused.
   */
  List<DeliveryOutcome> stubNextTime(List<SpooledEvent> letters, List<DeliveryOutcome> outcomes) {
    List<DeliveryOutcome> answers = new ArrayList<>(outcomes);
    for (int i = 0; i < outcomes.size(); i++) {
      if (outcomes.get(i) instanceof DeliveryOutcome.Refused refused
          && tooLarge.add(letters.get(i).id())) {
        answers.set(
            i,
            new DeliveryOutcome.NotConfirmed(
                new KafkaUnavailableException(
                    refused.message() + "; a stub of it will go instead")));
      }
    }
    return answers;
  }

  private ProducerRecord<byte[], byte[]> whole(SpooledEvent event) {
    ProducerRecord<byte[], byte[]> source = events.record(event);
    addTo(source.headers(), event);
    return new ProducerRecord<>(topic, null, source.key(), source.value(), source.headers());
  }

  private ProducerRecord<byte[], byte[]> stub(SpooledEvent event) {
    ProducerRecord<byte[], byte[]> source = events.record(event);
    Headers headers = new RecordHeaders();
    addTo(headers, event);
    add(headers, DeadLetterFormat.STUB, "true");
    // An id is hexadecimal digits and dashes: nothing to escape.
    String place =
        "\"origin\":\"%s\",\"eventId\":\"%s\"".formatted(DeadLetterFormat.SPOOL, event.id());
    byte[] key = source.key();
    return new ProducerRecord<>(
        topic,
        null,
        key.length > DeadLetterFormat.STUB_MAX_KEY_BYTES ? new byte[0] : key,
        DeadLetterFormat.stub(place, key.length, source.value()),
        headers);
  }

  private static void addTo(Headers headers, SpooledEvent event) {
    // What the spool calls undecodable was spooled under other rules than today's.
    boolean known = REASONS.contains(event.refusalCode());
    String reason = known ? event.refusalCode() : DeadLetterReason.INVALID.label();
    add(headers, DeadLetterFormat.REASON, reason);
    add(headers, DeadLetterFormat.ERROR, DeadLetterFormat.error(event.refusalMessage()));
    add(headers, DeadLetterFormat.ORIGIN, DeadLetterFormat.SPOOL);
    add(
        headers,
        DeadLetterFormat.SOURCE_TIMESTAMP,
        Long.toString(event.spooledAt().toEpochMilli()));
    // The first refusal is final: only what could not be made a document was never asked about.
    add(headers, DeadLetterFormat.ATTEMPTS, known ? "1" : "0");
  }

  private static void add(Headers headers, String name, String value) {
    headers.add(name, value.getBytes(UTF_8));
  }
}
