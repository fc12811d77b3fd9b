package io.wideevents.codec;

import io.wideevents.event.ProblemCode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides by a field's name whether the name is allowed and whether its value is redacted.
 *
 * <p>Decisions are cached, because services use the same few hundred names again and again. Safe
 * for concurrent use.
 */
final class NameRules {
  /**
   * Limits the memory that clients with generated names can use. Above this number the cache is
   * cleared.
   */
  private static final int MAX_REMEMBERED = 4096;

  private static final int MAX_REMEMBERED_LENGTH = 128;

  private static final int SLOT_BITS = 12;

  private final int maxNameBytes;
  private final List<NamePattern> redacted;
  private final Map<String, FieldName> remembered = new ConcurrentHashMap<>();

  /**
   * The name that was read last for each hash of its bytes. A name found here needs no string. The
   * names are immutable, so a thread that sees an older one loses only time.
   */
  private final @Nullable FieldName[] slots = new FieldName[1 << SLOT_BITS];

  NameRules(int maxNameBytes, Set<String> redactedNames) {
    this.maxNameBytes = maxNameBytes;
    this.redacted = redactedNames.stream().map(NamePattern::parse).toList();
  }

  int maxNameBytes() {
    return maxNameBytes;
  }

  /** The name with the decisions about it. */
  FieldName name(String text) {
    FieldName known = remembered.get(text);
    if (known != null) {
      return known;
    }
    FieldName name = new FieldName(text, problemOf(text), isRedacted(text));
    if (text.length() <= MAX_REMEMBERED_LENGTH) {
      if (remembered.size() >= MAX_REMEMBERED) {
        remembered.clear();
      }
      remembered.put(text, name);
    }
    return name;
  }

  /**
   * As {@link #name(String)}, for a name in a text.
   *
   * @param text contains the name in {@code [from, to)}, as UTF-8 without escapes
   */
  FieldName name(byte[] text, int from, int to) {
    int slot = slot(text, from, to);
    FieldName last = slots[slot];
    if (last != null && isEqual(last.utf8(), text, from, to)) {
      return last;
    }
    FieldName name = name(new String(text, from, to - from, StandardCharsets.UTF_8));
    if (to - from <= MAX_REMEMBERED_LENGTH) {
      slots[slot] = name;
    }
    return name;
  }

  private static boolean isEqual(byte[] name, byte[] text, int from, int to) {
    if (name.length != to - from) {
      return false;
    }
    for (int i = 0; i < name.length; i++) {
      if (name[i] != text[from + i]) {
        return false;
      }
    }
    return true;
  }

  /** Reads only a few bytes. Names with the same slot replace each other, which costs a string. */
  private static int slot(byte[] text, int from, int to) {
    int length = to - from;
    int mixed = length;
    if (length > 0) {
      mixed = mixed * 31 + text[from];
      mixed = mixed * 31 + text[from + length / 4];
      mixed = mixed * 31 + text[from + length / 2];
      mixed = mixed * 31 + text[to - 1];
    }
    return (mixed * 0x9E37_79B9) >>> (Integer.SIZE - SLOT_BITS);
  }

  private @Nullable ProblemCode problemOf(String name) {
    if (name.indexOf('\0') >= 0) {
      return ProblemCode.NAME_HAS_NUL;
    }
    return Utf8.lengthOf(name) > maxNameBytes ? ProblemCode.NAME_TOO_LONG : null;
  }

  private boolean isRedacted(String name) {
    if (redacted.isEmpty()) {
      return false;
    }
    String lowerCase = name.toLowerCase(Locale.ROOT);
    return redacted.stream().anyMatch(pattern -> pattern.matches(lowerCase));
  }
}
