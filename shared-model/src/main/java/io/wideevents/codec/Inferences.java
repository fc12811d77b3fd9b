package io.wideevents.codec;

import java.util.ArrayList;
import java.util.List;

/**
 * What a lenient intake inferred for one event, for {@code _ingest.inferred}: texts such as {@code
 * timestamp: from ts}. Their number and length are limited, because a small body could otherwise
 * grow. Not safe for concurrent use.
 */
final class Inferences {
  private final List<String> texts = new ArrayList<>();
  private int length;
  private int more;

  void add(String field, String how) {
    String text = field + ": " + how;
    if (texts.size() == Ingest.MAX_REDACTED_PATHS
        || length + text.length() > Ingest.MAX_REDACTED_LENGTH) {
      more++;
    } else {
      texts.add(text);
      length += text.length();
    }
  }

  boolean isEmpty() {
    return texts.isEmpty() && more == 0;
  }

  /** The texts; the last one counts those beyond the limits. */
  List<String> texts() {
    if (more == 0) {
      return texts;
    }
    List<String> all = new ArrayList<>(texts);
    all.add("and " + more + " more");
    return all;
  }
}
