package io.wideevents.delivery.kafka;

import io.wideevents.delivery.RejectedEvent;
import io.wideevents.event.DeadLetterFormat;
import io.wideevents.kafka.DeadLetterCuts;
import io.wideevents.kafka.DeadLetterOrigin;
import io.wideevents.kafka.DeadLetterRecord;
import io.wideevents.kafka.DeadLetterRecord.Size;
import io.wideevents.kafka.DeadLetterSource;
import java.time.Instant;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The dead letter of an event that was rejected when it was posted. It has no key and no headers of
 * an event, because no gateway has accepted the event: a replay checks it as the record of another
 * producer.
 */
record RejectedLetter(DeadLetterSource source, Size size) {
  static RejectedLetter of(RejectedEvent event, Instant receivedAt, String topic) {
    DeadLetterSource source =
        new DeadLetterSource(
            new ProducerRecord<>(topic, event.text()),
            0,
            event.bytes(),
            new DeadLetterOrigin.Gateway(event.client()),
            receivedAt.toEpochMilli(),
            event.reason(),
            event.error(),
            0);
    return new RejectedLetter(source, source.isCut() ? Size.STUB : Size.WHOLE);
  }

  boolean isSmallest() {
    return size == Size.SMALLEST;
  }

  /** The dead letter for a topic with a limit below the size of this one. */
  RejectedLetter smaller() {
    return new RejectedLetter(source, size == Size.WHOLE ? Size.STUB : Size.SMALLEST);
  }

  /** How the dead letter becomes a record. */
  record Form(String topic, DeadLetterCuts cuts) implements RecordForm<RejectedLetter> {
    @Override
    public ProducerRecord<byte[], byte[]> record(RejectedLetter letter) {
      return DeadLetterRecord.of(letter.source, topic, letter.size).record();
    }

    @Override
    public void published(RejectedLetter letter) {
      if (letter.size != Size.WHOLE
          || letter.source.error().length() > DeadLetterFormat.MAX_ERROR_CHARS) {
        cuts.kept(letter.source, DeadLetterRecord.of(letter.source, topic, letter.size));
      }
    }
  }
}
