package io.wideevents.codec;

import io.wideevents.event.EventDocument;
import io.wideevents.event.EventId;
import io.wideevents.event.Tier;

/** Completes the document of a record that was read without a problem. */
final class RecordDocuments {
  private static final byte[] SUMMARY = Utf8.ascii("_summary");

  private RecordDocuments() {}

  /** The document for the text of an event that was just accepted. */
  static EventDocument ofAccepted(byte[] json) {
    if (RecordReading.of(json, EventRules.ACCEPTED) instanceof RecordReading.Walked walked
        && walked.isAccepted()
        && walked.pass().problems().isEmpty()) {
      return accepted(walked);
    }
    throw new IllegalStateException("The text of an accepted event does not read back");
  }

  /** The document of a gateway's record, with the record's {@code _ingest}. */
  static EventDocument accepted(RecordReading.Walked walked) {
    EventPass pass = walked.pass();
    Ingest ingest = pass.requireIngest();
    EventId id = pass.known().requireEventId();
    return finish(walked, id, ingest);
  }

  /** The document of another producer's record, with a new {@code _ingest}. */
  static EventDocument foreign(RecordReading.Walked walked, long receivedAtMillis) {
    EventPass pass = walked.pass();
    KnownFields known = pass.known();
    Ingest ingest =
        new Ingest(
            receivedAtMillis,
            known.outcome(),
            pass.identity().hash(),
            pass.redacted().paths(),
            known.timestampText(),
            Tier.KAFKA);
    return finish(walked, pass.identity().id(), ingest);
  }

  private static EventDocument finish(RecordReading.Walked walked, EventId id, Ingest ingest) {
    DocumentBuffer document = walked.document();
    document.name(SUMMARY);
    document.text(walked.pass().summary());
    ingest.writeTo(document);
    return new EventDocument(id, ingest.hash(), document.finish(id));
  }
}
