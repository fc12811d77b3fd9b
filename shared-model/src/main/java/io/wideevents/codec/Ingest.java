package io.wideevents.codec;

import io.wideevents.event.ContentHash;
import io.wideevents.event.Outcome;
import io.wideevents.event.Tier;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The content of {@code _ingest}, which the pipeline adds to an event.
 *
 * @param receivedAtMillis when the pipeline first received the event, in milliseconds since the
 *     epoch
 * @param hash hash of the event's own bytes as they are stored
 * @param redacted paths of the replaced values, at most the first {@link #MAX_REDACTED_PATHS},
 *     within {@link #MAX_REDACTED_LENGTH}
 * @param inferred what a lenient intake inferred; limited by {@link Inferences}
 * @param timestampText the timestamp as it was sent, if it contains more than a BSON date can; else
 *     null
 * @param tier the tier that took the event first
 */
record Ingest(
    long receivedAtMillis,
    Outcome outcome,
    ContentHash hash,
    List<String> redacted,
    List<String> inferred,
    @Nullable String timestampText,
    Tier tier) {
  /**
   * The limit is needed because a path can be as long as an event, so a small body could otherwise
   * grow.
   */
  static final int MAX_REDACTED_PATHS = 100;

  /**
   * Total length of the paths after which no further path is recorded. With a long path repeated
   * many times, a body of small events would grow twentyfold.
   */
  static final int MAX_REDACTED_LENGTH = 2_048;

  private static final byte[] INGEST = Utf8.ascii("_ingest");
  private static final byte[] RECEIVED_AT = Utf8.ascii("receivedAt");
  private static final byte[] OUTCOME = Utf8.ascii("outcome");
  private static final byte[] HASH = Utf8.ascii("hash");
  private static final byte[] REDACTED = Utf8.ascii("redacted");
  private static final byte[] INFERRED = Utf8.ascii("inferred");
  private static final byte[] TIMESTAMP_TEXT = Utf8.ascii("timestampText");
  private static final byte[] TIER = Utf8.ascii("tier");

  Ingest {
    redacted = List.copyOf(redacted);
    inferred = List.copyOf(inferred);
  }

  /** The content for an event of which nothing was inferred. */
  Ingest(
      long receivedAtMillis,
      Outcome outcome,
      ContentHash hash,
      List<String> redacted,
      @Nullable String timestampText,
      Tier tier) {
    this(receivedAtMillis, outcome, hash, redacted, List.of(), timestampText, tier);
  }

  Ingest inferring(List<String> texts) {
    return new Ingest(receivedAtMillis, outcome, hash, redacted, texts, timestampText, tier);
  }

  Ingest at(Tier other) {
    return other == tier
        ? this
        : new Ingest(receivedAtMillis, outcome, hash, redacted, inferred, timestampText, other);
  }

  /** Writes the field {@code _ingest}. */
  void writeTo(DocumentBuffer document) {
    document.name(INGEST);
    document.startObject();
    document.name(RECEIVED_AT);
    document.date(receivedAtMillis);
    document.name(OUTCOME);
    document.text(outcome.name());
    document.name(HASH);
    document.binary(hash.toBytes());
    writeTo(document, REDACTED, redacted);
    writeTo(document, INFERRED, inferred);
    if (timestampText != null) {
      document.name(TIMESTAMP_TEXT);
      document.text(timestampText);
    }
    document.name(TIER);
    document.text(tier.label());
    document.end();
  }

  /** Appends the field {@code "_ingest":{…}} as JSON. */
  void appendTo(StringBuilder json) {
    json.append("\"_ingest\":{\"receivedAt\":\"").append(Timestamp.format(receivedAtMillis));
    json.append("\",\"outcome\":\"").append(outcome.name());
    json.append("\",\"hash\":\"").append(hash).append('"');
    append(json, ",\"redacted\":[", redacted);
    append(json, ",\"inferred\":[", inferred);
    if (timestampText != null) {
      json.append(",\"timestampText\":");
      JsonText.appendQuoted(json, timestampText);
    }
    json.append(",\"tier\":\"").append(tier.label()).append("\"}");
  }

  private static void writeTo(DocumentBuffer document, byte[] name, List<String> texts) {
    if (!texts.isEmpty()) {
      document.name(name);
      document.startArray();
      texts.forEach(document::text);
      document.end();
    }
  }

  private static void append(StringBuilder json, String begin, List<String> texts) {
    if (!texts.isEmpty()) {
      json.append(begin);
      for (int i = 0; i < texts.size(); i++) {
        json.append(i == 0 ? "" : ",");
        JsonText.appendQuoted(json, texts.get(i));
      }
      json.append(']');
    }
  }
}
