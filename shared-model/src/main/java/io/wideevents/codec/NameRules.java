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
 * <p>Verdicts are cached, because services use the same few hundred names again and again. Safe for
 * concurrent use.
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
  private final Map<String, Verdict> remembered = new ConcurrentHashMap<>();

  NameRules(int maxNameBytes, Set<String> redactedNames) {
    this.maxNameBytes = maxNameBytes;
    this.redacted = redactedNames.stream().map(NamePattern::parse).toList();
  }

  int maxNameBytes() {
    return maxNameBytes;
  }

  /**
   * The verdict about one name.
   *
   * @param problem why the name is not allowed; null if it is allowed
   * @param redacted whether its value must be redacted
   */
  record Verdict(@Nullable ProblemCode problem, boolean redacted) {}

  Verdict judge(String name) {
    Verdict known = remembered.get(name);
    if (known != null) {
      return known;
    }
    Verdict verdict = new Verdict(problemOf(name), isRedacted(name));
    if (name.length() <= MAX_REMEMBERED_LENGTH) {
      if (remembered.size() >= MAX_REMEMBERED) {
        remembered.clear();
      }
      remembered.put(name, verdict);
    }
    return verdict;
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
