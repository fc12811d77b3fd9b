package io.wideevents.codec;

import io.wideevents.event.EventDocument;
import io.wideevents.event.EventId;
import io.wideevents.event.Outcome;
import io.wideevents.event.PostableEvent;
import io.wideevents.event.Tier;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * An accepted event as its parts: the client's text, the changes to it, and the additions. Both
 * encoded forms are created from the one text, so they cannot differ (see
 * docs/decisions/document-on-demand.md).
 */
final class SplicedEvent implements PostableEvent {
  /** Memory of an event in addition to its text: its fields, summary and identity. */
  private static final int OVERHEAD_BYTES = 600;

  private final byte[] body;
  private final int start;
  private final int end;
  private final Splice splice;
  private final EventId id;
  private final boolean derivedId;
  private final String requestId;
  private final String summary;
  private final Ingest ingest;

  /**
   * @param pass has read an event without a problem
   */
  SplicedEvent(byte[] body, EventPass pass, long receivedAtMillis) {
    KnownFields known = pass.known();
    this.body = body;
    this.start = pass.start();
    this.end = pass.end();
    this.splice = pass.splice();
    this.ingest =
        new Ingest(
            receivedAtMillis,
            known.outcome(),
            pass.identity().hash(),
            pass.redacted().paths(),
            known.timestampText(),
            Tier.KAFKA);
    this.derivedId = pass.identity().isDerived();
    this.id = pass.identity().id();
    this.requestId = known.requestId();
    this.summary = known.summary().line();
  }

  /**
   * Creates an event that a service composed and redacted itself.
   *
   * @param text the whole event; not changed afterwards
   */
  SplicedEvent(byte[] text, EventId id, String requestId, String summary, Ingest ingest) {
    this.body = text;
    this.start = 0;
    this.end = text.length;
    this.splice = new Splice();
    this.ingest = ingest;
    this.derivedId = false;
    this.id = id;
    this.requestId = requestId;
    this.summary = summary;
  }

  private SplicedEvent(SplicedEvent event, Ingest ingest) {
    this.body = event.body;
    this.start = event.start;
    this.end = event.end;
    this.splice = event.splice;
    this.ingest = ingest;
    this.derivedId = event.derivedId;
    this.id = event.id;
    this.requestId = event.requestId;
    this.summary = event.summary;
  }

  /** The event with what a lenient intake inferred for it. */
  SplicedEvent inferring(List<String> texts) {
    return new SplicedEvent(this, ingest.inferring(texts));
  }

  int start() {
    return start;
  }

  int end() {
    return end;
  }

  @Override
  public EventId id() {
    return id;
  }

  @Override
  public String requestId() {
    return requestId;
  }

  @Override
  public Outcome outcome() {
    return ingest.outcome();
  }

  @Override
  public byte[] postedJson() {
    return withEnding(newEnding());
  }

  @Override
  public byte[] json(Tier tier) {
    StringBuilder ending = newEnding();
    ending.append(",\"_summary\":");
    JsonText.appendQuoted(ending, summary);
    ending.append(',');
    ingest.at(tier).appendTo(ending);
    return withEnding(ending);
  }

  /** The id if the text does not have it. */
  private StringBuilder newEnding() {
    StringBuilder ending = new StringBuilder(512);
    if (derivedId) {
      ending.append(",\"eventId\":\"").append(id).append('"');
    }
    return ending;
  }

  private byte[] withEnding(StringBuilder ending) {
    ending.append('}');
    return splice.apply(body, start, end, ending.toString().getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public EventDocument document(Tier tier) {
    return RecordDocuments.ofAccepted(json(tier));
  }

  boolean fitsDocument() {
    return document(Tier.SPOOL).sizeBytes() <= DocumentBuffer.MAX_BYTES;
  }

  @Override
  public int retainedBytes() {
    return end - start + OVERHEAD_BYTES;
  }
}
