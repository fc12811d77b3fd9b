package io.wideevents.codec;

import io.wideevents.event.ContentHash;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventId;
import io.wideevents.event.LatencyBucket;
import io.wideevents.event.Outcome;
import io.wideevents.event.ProblemCode;
import io.wideevents.event.Summary;
import io.wideevents.event.Tier;
import java.security.SecureRandom;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Finalizes the fields that a service set for a request: creates one immutable event, encoded once.
 * The encoded text always follows the rules for posted events.
 *
 * <p>Reuses its buffer; not safe for concurrent use. Never blocks.
 */
public final class EventComposer {
  /** Bytes reserved for what is written last: notes, sampling, and the closing brace. */
  private static final int RESERVE_BYTES = 3072;

  /** The brackets and braces after the notes. */
  private static final int CLOSING_BYTES = 16;

  private static final int MAX_TEXT_BYTES = 256;
  private static final String METADATA = "_metadata";

  /** The name under {@code _metadata} that is reserved for the library. */
  private static final String LOGGING = "logging";

  private static final byte[] REQUEST_ID = Utf8.ascii("{\"requestId\":");
  private static final byte[] SERVICE = Utf8.ascii(",\"service\":");
  private static final byte[] ROUTE = Utf8.ascii(",\"route\":");
  private static final byte[] TIMESTAMP = Utf8.ascii(",\"timestamp\":\"");
  private static final byte[] EVENT_ID = Utf8.ascii("\",\"eventId\":\"");
  private static final byte[] PERFORMANCE = Utf8.ascii("\",\"performance\":{\"durationMs\":");
  private static final byte[] SAMPLING = Utf8.ascii(",\"_sampling\":{\"rate\":");
  private static final byte[] METADATA_START = Utf8.ascii(",\"_metadata\":{");

  // Seeded so that two processes, or two composers, never generate the same sequence.
  private final SplittableRandom random = new SplittableRandom(new SecureRandom().nextLong());
  private final JsonBytes json = new JsonBytes();
  private final int maxBytes;

  /** The offset at which fields must end. */
  private final int fieldsLimit;

  EventComposer(int maxEventBytes) {
    this.maxBytes = maxEventBytes;
    // In small events the notes must not use all bytes.
    this.fieldsLimit = maxEventBytes - Math.min(RESERVE_BYTES, maxEventBytes / 4);
  }

  /**
   * The required values of an event.
   *
   * @param requestId not blank; cut to 256 bytes
   * @param service not blank, at most 256 bytes
   * @param route not blank; cut to 256 bytes
   * @param timestampMillis when the request began, in milliseconds since the epoch
   * @param durationMicros duration in microseconds, not negative
   * @param finalizedAtMillis when it ended, in milliseconds since the epoch
   */
  public record Head(
      String requestId,
      String service,
      String route,
      long timestampMillis,
      long durationMicros,
      long finalizedAtMillis) {}

  /**
   * The sampling decision for an event that is kept.
   *
   * @param rate one of this many events is kept, at least 1
   * @param rule the rule that decided
   * @param dryRunRate the rate of the rule while everything is kept; else 0
   * @param dryRunKept whether the rule would have kept the event; only valid if dryRunRate is set
   */
  public record Sampled(long rate, String rule, long dryRunRate, boolean dryRunKept) {}

  /**
   * Creates the event. The fields must not change afterwards.
   *
   * @param sampled null if there is no sampling
   */
  public EncodedEvent compose(EventFields fields, Head head, @Nullable Sampled sampled) {
    FieldNode root = fields.root();
    FieldNotes notes = fields.notes();
    EventId id = newId(head.timestampMillis());
    String route = cut(head.route());
    // Its characters may have three bytes each, and it may contain half of a surrogate pair.
    String requestId = Utf8.wellFormed(cut(head.requestId()));
    json.clear();
    FieldWriter writer = new FieldWriter(json, notes, fieldsLimit);
    json.raw(REQUEST_ID);
    json.text(requestId);
    json.raw(SERVICE);
    json.text(head.service());
    json.raw(ROUTE);
    json.text(route);
    json.raw(TIMESTAMP);
    json.ascii(Timestamp.format(head.timestampMillis()));
    json.raw(EVENT_ID);
    json.ascii(id.toString());
    json.raw(PERFORMANCE);
    json.thousandths(head.durationMicros());
    if (root.get("performance") instanceof FieldNode performance) {
      writer.fields(performance, "performance.", false);
    }
    json.raw('}');
    // The fields about the outcome are written first. A field that does not fit is then one of the
    // other fields.
    known(root, "user", writer);
    known(root, "error", writer);
    others(root, writer);
    if (sampled != null) {
      sampling(sampled);
    }
    metadata(root.get(METADATA), notes, writer);
    json.raw('}');
    byte[] text = json.toArray();

    Outcome outcome = Outcome.of(fields.has("error"), head.durationMicros() / 1000.0);
    Ingest ingest =
        new Ingest(
            head.finalizedAtMillis(),
            outcome,
            ContentHash.of(text, 0, text.length),
            notes.redacted(),
            null,
            Tier.KAFKA);
    return new SplicedEvent(
        text, id, requestId, summary(fields, head, route, outcome).line(), ingest);
  }

  private static Summary summary(EventFields fields, Head head, String route, Outcome outcome) {
    FieldNode root = fields.root();
    return new Summary(
        outcome,
        head.service(),
        route,
        text(root.get("error"), "code"),
        text(root.get("error"), "message"),
        text(root.get("user"), "role"),
        LatencyBucket.of(head.durationMicros() / 1000.0));
  }

  private static @Nullable String text(@Nullable Object object, String name) {
    return object instanceof FieldNode node && node.get(name) instanceof String text
        ? Utf8.wellFormed(text)
        : null;
  }

  /**
   * Creates a UUIDv7 (RFC 9562). An in-process event gets a new id, because two requests that a
   * client sent with the same request id are two events even if all their bytes are equal.
   */
  private EventId newId(long timestampMillis) {
    long high = timestampMillis << 16 | 0x7000L | (random.nextLong() & 0xFFFL);
    long low = 0x8000_0000_0000_0000L | random.nextLong() >>> 2;
    return new EventId(new UUID(high, low));
  }

  private static void known(FieldNode root, String name, FieldWriter writer) {
    int index = root.find(name);
    if (index >= 0) {
      writer.field(root, index, "", false);
    }
  }

  private static void others(FieldNode root, FieldWriter writer) {
    for (int i = 0; i < root.size(); i++) {
      switch (root.name(i).text()) {
        case "user", "error", "performance", METADATA -> {}
        default -> writer.field(root, i, "", false);
      }
    }
  }

  private void sampling(Sampled sampled) {
    json.raw(SAMPLING);
    json.number(sampled.rate());
    json.ascii(",\"rule\":");
    json.text(sampled.rule());
    if (sampled.dryRunRate() > 0) {
      json.ascii(",\"dryRun\":{\"rate\":");
      json.number(sampled.dryRunRate());
      json.ascii(sampled.dryRunKept() ? ",\"kept\":true}" : ",\"kept\":false}");
    }
    json.raw('}');
  }

  private void metadata(@Nullable Object given, FieldNotes notes, FieldWriter writer) {
    FieldNode own = given instanceof FieldNode node ? node : null;
    if (own == null && notes.dropped() == 0) {
      return;
    }
    int before = json.length();
    json.raw(METADATA_START);
    boolean first = true;
    if (own != null) {
      for (int i = 0; i < own.size(); i++) {
        if (own.name(i).text().equals(LOGGING)) {
          notes.drop(METADATA + '.' + LOGGING, ProblemCode.RESERVED_NAME);
        } else {
          first &= !writer.field(own, i, METADATA + '.', first);
        }
      }
    }
    // Checked again, because the loop may have dropped a note itself.
    if (notes.dropped() > 0) {
      json.ascii(first ? "\"logging\":{\"dropped\":" : ",\"logging\":{\"dropped\":");
      json.number(notes.dropped());
      json.ascii(",\"fields\":[");
      notes(notes);
      json.ascii("]}");
    } else if (first) {
      json.truncate(before);
      return;
    }
    json.raw('}');
  }

  private void notes(FieldNotes notes) {
    for (int i = 0; i < notes.notes().size(); i++) {
      FieldNotes.Note note = notes.notes().get(i);
      int before = json.length();
      json.ascii(i == 0 ? "{\"path\":" : ",{\"path\":");
      json.text(note.path());
      json.ascii(",\"reason\":\"");
      json.ascii(note.problem().code());
      json.ascii("\"}");
      if (json.length() > maxBytes - CLOSING_BYTES) {
        // The note does not fit: control characters in a name take six bytes each. The number of
        // all notes is written nevertheless.
        json.truncate(before);
        return;
      }
    }
  }

  private static String cut(String text) {
    if (Utf8.lengthOf(text) <= MAX_TEXT_BYTES) {
      return text;
    }
    int end = Math.min(text.length(), MAX_TEXT_BYTES);
    while (Utf8.lengthOf(text.substring(0, end)) > MAX_TEXT_BYTES) {
      end--;
    }
    return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
  }
}
