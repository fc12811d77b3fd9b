package io.wideevents.codec;

import io.wideevents.event.ContentHash;
import io.wideevents.event.Outcome;
import io.wideevents.event.Tier;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
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
   * Reads the value of the current token to its end. Unknown fields are skipped.
   *
   * @return null if it is not what the gateway writes
   */
  static @Nullable Ingest read(EventTokens tokens) {
    if (tokens.current() != JsonToken.START_OBJECT) {
      tokens.skipChildren();
      return null;
    }
    IngestReader reader = new IngestReader();
    while (tokens.next() != JsonToken.END_OBJECT) {
      String name = tokens.name();
      if (tokens.next() == JsonToken.VALUE_STRING) {
        reader.text(name, tokens.text());
      } else if (tokens.current() == JsonToken.START_ARRAY && name.equals("redacted")) {
        texts(tokens, reader.redacted);
      } else if (tokens.current() == JsonToken.START_ARRAY && name.equals("inferred")) {
        texts(tokens, reader.inferred);
      } else {
        tokens.skipChildren();
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

  private static void texts(EventTokens tokens, List<String> texts) {
    while (tokens.next() != JsonToken.END_ARRAY) {
      if (tokens.current() == JsonToken.VALUE_STRING
          // The last text may count those beyond the limit.
          && texts.size() <= Ingest.MAX_REDACTED_PATHS) {
        texts.add(tokens.text());
      } else {
        tokens.skipChildren();
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
