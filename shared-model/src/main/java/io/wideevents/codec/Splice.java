package io.wideevents.codec;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The changes to make to an event's text on its way out: parts cut out and values replaced, in
 * ascending order. What is not changed leaves byte for byte as it came, so that no number or text
 * can suffer. Offsets count from the start of the body. Not safe for concurrent use while being
 * filled; immutable in effect afterwards.
 */
final class Splice {
  static final String REDACTED = "[REDACTED]";

  private static final byte[] REDACTED_JSON =
      ('"' + REDACTED + '"').getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NOTHING = {};
  private static final int[] NONE = {};

  // Two ints a change: where it starts and where it ends; and what takes its place.
  private int[] changes = NONE;
  private byte[][] replacements = {};
  private int used;

  /** Replaces the value in {@code [from, to)} by {@code "[REDACTED]"}. */
  void redact(int from, int to) {
    add(from, to, REDACTED_JSON);
  }

  /** Replaces the value in {@code [from, to)} by a text. */
  void replace(int from, int to, String text) {
    StringBuilder json = new StringBuilder(text.length() + 16);
    JsonText.appendQuoted(json, text);
    add(from, to, json.toString().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Cuts the field in {@code [from, to)}, from its name's quote to its value's end, together with
   * one of the commas beside it.
   *
   * @param limit where the text ends, which may be right here when it is cut short
   */
  void cutField(byte[] body, int from, int to, int limit) {
    int before = from - 1;
    while (JsonText.isWhiteSpace(body[before])) {
      before--;
    }
    // A comma before may have gone with the field before.
    if (body[before] == ',' && before >= lastEnd()) {
      add(before, to, NOTHING);
      return;
    }
    int after = to;
    while (after < limit && JsonText.isWhiteSpace(body[after])) {
      after++;
    }
    add(from, after < limit && body[after] == ',' ? after + 1 : to, NOTHING);
  }

  /** The event's text from {@code start} without its closing brace, changed, then the ending. */
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
