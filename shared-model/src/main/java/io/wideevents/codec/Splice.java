package io.wideevents.codec;

import io.wideevents.event.ContentHash;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The changes to an event's text before it is sent: removed parts and replaced values, in ascending
 * order. Unchanged parts are copied byte for byte, so no number or text is altered. Offsets count
 * from the beginning of the body. Not safe for concurrent use while changes are added; effectively
 * immutable afterwards.
 */
final class Splice {
  static final String REDACTED = "[REDACTED]";

  private static final byte[] REDACTED_JSON =
      ('"' + REDACTED + '"').getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NOTHING = {};
  private static final int[] NONE = {};

  // Two ints per change, its beginning and its end, and the replacement.
  private int[] changes = NONE;
  private byte[][] replacements = {};
  private int used;

  /**
   * Offset of the field that a client added to an event that it sent before; -1 if there is none.
   */
  private int added = -1;

  private int addedSpaceEnd;

  /** Replaces the value in {@code [from, to)} by {@code "[REDACTED]"}. */
  void redact(int from, int to) {
    add(from, to, REDACTED_JSON);
  }

  void replace(int from, int to, String text) {
    if (text.equals(REDACTED)) {
      redact(from, to);
      return;
    }
    StringBuilder json = new StringBuilder(text.length() + 16);
    JsonText.appendQuoted(json, text);
    add(from, to, json.toString().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Cuts the field in {@code [from, to)}, from its name's quote to its value's end, together with
   * one of the adjacent commas.
   *
   * @param limit end of the text, which may be directly after the field if the text is truncated
   */
  void cutField(byte[] body, int from, int to, int limit) {
    int before = from - 1;
    while (JsonText.isWhiteSpace(body[before])) {
      before--;
    }
    // The cut of the previous field may include the comma before this one.
    if (body[before] == ',' && before >= lastEnd()) {
      add(before, to, NOTHING);
      return;
    }
    int after = afterWhiteSpace(body, to, limit);
    add(from, after < limit && body[after] == ',' ? after + 1 : to, NOTHING);
  }

  /**
   * Cuts the field as {@link #cutField} does, and remembers it, because a client may have added
   * white space with it.
   */
  void cutAddedField(byte[] body, int from, int to, int limit) {
    cutField(body, from, to, limit);
    if (changes[used - 2] == from) {
      added = used - 2;
      addedSpaceEnd = afterWhiteSpace(body, lastEnd(), limit);
    }
  }

  /**
   * Also cuts the white space between the added field and the next one.
   *
   * @return whether there is any, which is possible only if the added field is the first one
   */
  boolean cutAddedSpace() {
    if (added < 0 || changes[added + 1] == addedSpaceEnd) {
      return false;
    }
    changes[added + 1] = addedSpaceEnd;
    return true;
  }

  private static int afterWhiteSpace(byte[] body, int from, int limit) {
    int after = from;
    while (after < limit && JsonText.isWhiteSpace(body[after])) {
      after++;
    }
    return after;
  }

  /**
   * The changed text of the event from {@code start} without its closing brace, then the ending.
   */
  byte[] apply(byte[] body, int start, int end, byte[] ending) {
    int length = end - 1 - start + ending.length;
    for (int i = 0; i < used; i += 2) {
      length += replacements[i / 2].length - (changes[i + 1] - changes[i]);
    }
    byte[] out = new byte[length];
    int written = 0;
    int read = start;
    for (int i = 0; i < used; i += 2) {
      int kept = changes[i] - read;
      System.arraycopy(body, read, out, written, kept);
      written += kept;
      byte[] replacement = replacements[i / 2];
      System.arraycopy(replacement, 0, out, written, replacement.length);
      written += replacement.length;
      read = changes[i + 1];
    }
    System.arraycopy(body, read, out, written, end - 1 - read);
    System.arraycopy(ending, 0, out, length - ending.length, ending.length);
    return out;
  }

  /**
   * The text in {@code [start, end)} with its redacted values replaced. Fields that would be cut
   * are kept. A change may cross the end.
   */
  byte[] redacted(byte[] body, int start, int end) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(end - start);
    int read = start;
    for (int i = 0; i < used && changes[i] < end; i += 2) {
      byte[] replacement = replacements[i / 2];
      if (replacement.length > 0) {
        out.write(body, read, changes[i] - read);
        out.writeBytes(replacement);
        read = changes[i + 1];
      }
    }
    if (read < end) {
      out.write(body, read, end - read);
    }
    return out.toByteArray();
  }

  /** The hash of the changed text in {@code [start, end)}. */
  ContentHash hash(byte[] body, int start, int end) {
    return used == 0
        ? ContentHash.of(body, start, end - start)
        : ContentHash.ofParts(parts -> addTo(parts, body, start, end));
  }

  /** Adds the changed text in {@code [start, end)}; no change may cross its ends. */
  void addTo(ContentHash.PartSink parts, byte[] body, int start, int end) {
    int read = start;
    for (int i = 0; i < used; i += 2) {
      if (changes[i] >= start && changes[i] < end) {
        parts.add(body, read, changes[i] - read);
        byte[] replacement = replacements[i / 2];
        parts.add(replacement, 0, replacement.length);
        read = changes[i + 1];
      }
    }
    parts.add(body, read, end - read);
  }

  /** Whether a value is replaced, and not only a field cut. */
  boolean redactsAny() {
    for (int i = 0; i < used / 2; i++) {
      if (replacements[i].length > 0) {
        return true;
      }
    }
    return false;
  }

  int changes() {
    return used / 2;
  }

  private int lastEnd() {
    return used == 0 ? 0 : changes[used - 1];
  }

  private void add(int from, int to, byte[] replacement) {
    if (used == changes.length) {
      changes = Arrays.copyOf(changes, Math.max(4, used * 2));
      replacements = Arrays.copyOf(replacements, changes.length / 2);
    }
    changes[used] = from;
    changes[used + 1] = to;
    replacements[used / 2] = replacement;
    used += 2;
  }
}
