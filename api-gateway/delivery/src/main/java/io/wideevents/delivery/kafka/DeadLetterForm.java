package io.wideevents.delivery.kafka;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.spool.SpooledEvent;
import io.wideevents.event.DeadLetterFormat;
import io.wideevents.event.DeadLetterReason;
import io.wideevents.event.EventId;
import io.wideevents.kafka.DeadLetterCuts;
import io.wideevents.kafka.DeadLetterOrigin;
import io.wideevents.kafka.DeadLetterRecord;
import io.wideevents.kafka.DeadLetterRecord.Size;
import io.wideevents.kafka.DeadLetterSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The record a spooled event would have been, with the reason of its refusal in headers: what the
 * worker's {@code dlq} commands read, and replay. An event that is known to be too large becomes a
 * stub. Safe for concurrent use.
 */
final class DeadLetterForm implements RecordForm<SpooledEvent> {
  private static final Map<String, DeadLetterReason> REASONS =
      Arrays.stream(DeadLetterReason.values())
          .collect(Collectors.toUnmodifiableMap(DeadLetterReason::label, reason -> reason));

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
      cuts.kept(source(event), letter(event));
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

  private DeadLetterRecord letter(SpooledEvent event) {
    int failures = tooLarge.getOrDefault(event.id(), 0);
    Size size = failures == 0 ? Size.WHOLE : failures < SMALLEST ? Size.STUB : Size.SMALLEST;
    return DeadLetterRecord.of(source(event), topic, size);
  }

  private DeadLetterSource source(SpooledEvent event) {
    // What the spool calls undecodable was spooled under other rules than today's.
    DeadLetterReason known = REASONS.get(event.refusalCode());
    ProducerRecord<byte[], byte[]> original = events.record(event);
    return new DeadLetterSource(
        original,
        original.key().length,
        original.value().length,
        new DeadLetterOrigin.Spool(event.id()),
        event.spooledAt().toEpochMilli(),
        known == null ? DeadLetterReason.INVALID : known,
        event.refusalMessage(),
        // The first refusal is final: only what could not be made a document was never asked about.
        known == null ? 0 : 1);
  }
}
