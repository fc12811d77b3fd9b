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
 * The dead-letter record of a spooled event: the record of the event with the reason of the
 * rejection in headers. The worker's {@code dlq} commands read and replay it. An event that is
 * known to be too large becomes a stub. Safe for concurrent use.
 */
final class DeadLetterForm implements RecordForm<SpooledEvent> {
  private static final Map<String, DeadLetterReason> REASONS =
      Arrays.stream(DeadLetterReason.values())
          .collect(Collectors.toUnmodifiableMap(DeadLetterReason::label, reason -> reason));

  /** From this number of failures on, only the smallest stub is tried. */
  private static final int SMALLEST = 2;

  private final String topic;
  private final EventForm events;
  private final DeadLetterCuts cuts;

  // How often Kafka found an event too large. Holds at most the events of the spool, and is usually
  // empty.
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
   * Records the events that Kafka found too large, and returns them as not confirmed instead of
   * rejected. The next attempt sends a stub. The attempt after a stub sends the smallest stub.
   */
  List<DeliveryOutcome> stubNextTime(List<SpooledEvent> letters, List<DeliveryOutcome> outcomes) {
    List<DeliveryOutcome> answers = new ArrayList<>(outcomes);
    Map<EventId, Integer> failures = new HashMap<>();
    for (int i = 0; i < outcomes.size(); i++) {
      // Several copies of an event in one call fail together. They count as one failure, because
      // the first stub may fit.
      if (outcomes.get(i) instanceof DeliveryOutcome.Refused refused
          && failures.computeIfAbsent(letters.get(i).id(), this::countFailure) <= SMALLEST) {
        answers.set(
            i,
            new DeliveryOutcome.NotConfirmed(
                new KafkaUnavailableException(refused.message() + "; a stub is sent instead")));
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
    // An event that the spool cannot decode was spooled under other rules than the current ones.
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
        // MongoDB got the event once, because the first rejection is final. An event that could not
        // become a document was not sent.
        known == null ? 0 : 1);
  }
}
