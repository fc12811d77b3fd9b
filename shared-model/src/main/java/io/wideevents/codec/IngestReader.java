package io.wideevents.codec;

import io.wideevents.event.ContentHash;
import io.wideevents.event.Outcome;
import io.wideevents.event.Tier;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads {@code _ingest} from a record of the gateway. */
final class IngestReader {
  private long receivedAtMillis = Timestamp.INVALID;
  private @Nullable Outcome outcome;
  private @Nullable ContentHash hash;
  private final List<String> redacted = new ArrayList<>(0);
  private final List<String> inferred = new ArrayList<>(0);
  private @Nullable String timestampText;
  private @Nullable Tier tier;

  private IngestReader() {}

  /**
   * Reads the value at the parser's position to its end. Unknown fields are skipped.
   *
   * @return null if it is not what the gateway writes
   */
  static @Nullable Ingest read(JsonParser parser) {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return null;
    }
    IngestReader reader = new IngestReader();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      if (parser.nextToken() == JsonToken.VALUE_STRING) {
        reader.text(name, parser.getString());
      } else if (parser.currentToken() == JsonToken.START_ARRAY && name.equals("redacted")) {
        texts(parser, reader.redacted);
      } else if (parser.currentToken() == JsonToken.START_ARRAY && name.equals("inferred")) {
        texts(parser, reader.inferred);
      } else {
        parser.skipChildren();
      }
    }
    return reader.ingest();
  }

  private void text(String name, String text) {
    switch (name) {
      case "receivedAt" -> receivedAtMillis = Timestamp.parse(text);
      case "outcome" -> outcome = outcomeNamed(text);
      case "hash" -> hash = hashIn(text);
      case "timestampText" -> timestampText = Utf8.hasUnpairedSurrogate(text) ? null : text;
      case "tier" -> tier = tierLabelled(text);
      default -> {}
    }
  }

  private static void texts(JsonParser parser, List<String> texts) {
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (parser.currentToken() == JsonToken.VALUE_STRING
          // The last text may count those beyond the limit.
          && texts.size() <= Ingest.MAX_REDACTED_PATHS) {
        texts.add(parser.getString());
      } else {
        parser.skipChildren();
      }
    }
  }

  private @Nullable Ingest ingest() {
    if (receivedAtMillis == Timestamp.INVALID || outcome == null || hash == null || tier == null) {
      return null;
    }
    return new Ingest(receivedAtMillis, outcome, hash, redacted, inferred, timestampText, tier);
  }

  private static @Nullable Outcome outcomeNamed(String name) {
    for (Outcome outcome : Outcome.values()) {
      if (outcome.name().equals(name)) {
        return outcome;
      }
    }
    return null;
  }

  private static @Nullable Tier tierLabelled(String label) {
    for (Tier tier : Tier.values()) {
      if (tier.label().equals(label)) {
        return tier;
      }
    }
    return null;
  }

  private static @Nullable ContentHash hashIn(String hex) {
    try {
      return ContentHash.parse(hex);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }
}
