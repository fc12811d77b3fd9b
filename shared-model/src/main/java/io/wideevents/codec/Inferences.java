package io.wideevents.codec;

import java.util.ArrayList;
import java.util.List;

/**
 * What a lenient intake inferred for one event, for {@code _ingest.inferred}: texts such as {@code
 * timestamp: from ts}. Their number and length are limited, because a small body could otherwise
 * grow. Not safe for concurrent use.
 */
final class Inferences {
  /** A string and its array, without its characters. */
  private static final int BYTES_PER_TEXT = 64;

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

  /** The texts after those of the body; the last one counts those beyond the limits. */
  List<String> textsAfter(List<String> ofBody) {
    List<String> all = new ArrayList<>(ofBody);
    int kept = Math.min(texts.size(), Ingest.MAX_REDACTED_PATHS - ofBody.size());
    all.addAll(texts.subList(0, kept));
    int notKept = more + texts.size() - kept;
    if (notKept > 0) {
      all.add("and " + notKept + " more");
    }
    return all;
  }

  /** Heap bytes that the texts take. */
  long memory() {
    return length + (long) BYTES_PER_TEXT * texts.size();
  }
}
