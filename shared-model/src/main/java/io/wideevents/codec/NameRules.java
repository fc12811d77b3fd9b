package io.wideevents.codec;

import io.wideevents.event.ProblemCode;
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

  private final int maxNameBytes;
  private final List<NamePattern> redacted;
  private final Map<String, FieldName> remembered = new ConcurrentHashMap<>();

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
