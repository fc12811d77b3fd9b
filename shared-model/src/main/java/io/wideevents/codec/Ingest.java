package io.wideevents.codec;

import io.wideevents.event.ContentHash;
import io.wideevents.event.Outcome;
import io.wideevents.event.Tier;
import java.util.List;
import org.bson.BsonBinary;
import org.bson.BsonWriter;
import org.jspecify.annotations.Nullable;

/**
 * The content of {@code _ingest}, which the pipeline adds to an event.
 *
 * @param receivedAtMillis when the pipeline first received the event, in milliseconds since the
 *     epoch
 * @param hash hash of the event's own bytes as they are stored
 * @param redacted paths of the replaced values, at most the first {@link #MAX_REDACTED_PATHS},
 *     within {@link #MAX_REDACTED_LENGTH}
 * @param timestampText the timestamp as it was sent, if it contains more than a BSON date can; else
 *     null
 * @param tier the tier that took the event first
 */
record Ingest(
    long receivedAtMillis,
    Outcome outcome,
    ContentHash hash,
    List<String> redacted,
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

  Ingest {
    redacted = List.copyOf(redacted);
  }

  Ingest at(Tier other) {
    return other == tier
        ? this
        : new Ingest(receivedAtMillis, outcome, hash, redacted, timestampText, other);
  }

  /** Writes the field {@code _ingest} into the writer's current document. */
  void writeTo(BsonWriter writer) {
    writer.writeStartDocument("_ingest");
    writer.writeDateTime("receivedAt", receivedAtMillis);
    writer.writeString("outcome", outcome.name());
    writer.writeBinaryData("hash", new BsonBinary(hash.toBytes()));
    if (!redacted.isEmpty()) {
      writer.writeStartArray("redacted");
      redacted.forEach(writer::writeString);
      writer.writeEndArray();
    }
    if (timestampText != null) {
      writer.writeString("timestampText", timestampText);
    }
    writer.writeString("tier", tier.label());
    writer.writeEndDocument();
  }

  /** Appends the field {@code "_ingest":{…}} as JSON. */
  void appendTo(StringBuilder json) {
    json.append("\"_ingest\":{\"receivedAt\":\"").append(Timestamp.format(receivedAtMillis));
    json.append("\",\"outcome\":\"").append(outcome.name());
    json.append("\",\"hash\":\"").append(hash).append('"');
    if (!redacted.isEmpty()) {
      json.append(",\"redacted\":[");
      for (int i = 0; i < redacted.size(); i++) {
        json.append(i == 0 ? "" : ",");
        JsonText.appendQuoted(json, redacted.get(i));
      }
      json.append(']');
    }
    if (timestampText != null) {
      json.append(",\"timestampText\":");
      JsonText.appendQuoted(json, timestampText);
    }
    json.append(",\"tier\":\"").append(tier.label()).append("\"}");
  }
}
