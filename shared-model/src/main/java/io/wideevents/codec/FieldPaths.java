package io.wideevents.codec;

import io.wideevents.event.EventLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Resolves and caches paths and names. Safe for concurrent use. The size of the cache is limited,
 * because services may generate names.
 */
final class FieldPaths {
  private static final int MAX_REMEMBERED = 4096;
  private static final int MAX_REMEMBERED_LENGTH = 128;

  private final NameRules rules;
  private final ValuePattern redactedText;
  private final int maxDepth;
  private final Map<String, FieldPath> paths = new ConcurrentHashMap<>();
  private final Map<String, FieldName> names = new ConcurrentHashMap<>();

  FieldPaths(NameRules rules, ValuePattern redactedText, EventLimits limits) {
    this.rules = rules;
    this.redactedText = redactedText;
    this.maxDepth = limits.maxDepth();
  }

  /** The parts of texts that are replaced, whatever the name of the field. */
  ValuePattern redactedText() {
    return redactedText;
  }

  /** The path of a text with dots between its names. */
  FieldPath path(String text) {
    FieldPath known = paths.get(text);
    if (known != null) {
      return known;
    }
    FieldPath path = parse(text);
    remember(paths, text, path);
    return path;
  }

  FieldPath.Step step(FieldScope scope, String name) {
    return new FieldPath.Step(name(name), scope.find(name));
  }

  private FieldName name(String text) {
    FieldName known = names.get(text);
    if (known != null) {
      return known;
    }
    FieldName name = new FieldName(text, rules.judge(text));
    remember(names, text, name);
    return name;
  }

  private FieldPath parse(String text) {
    List<FieldPath.Step> steps = new ArrayList<>();
    @Nullable FieldDrop problem = null;
    FieldScope scope = FieldScope.EVENT;
    int from = 0;
    while (from >= 0 && problem == null) {
      int dot = text.indexOf('.', from);
      FieldPath.Step step = step(scope, text.substring(from, dot < 0 ? text.length() : dot));
      steps.add(step);
      scope = step.scopeBelow();
      // The event itself is the first level, so the last name may be at the deepest level allowed.
      problem = steps.size() > maxDepth ? FieldDrop.TOO_DEEP : step.problem();
      from = dot < 0 ? -1 : dot + 1;
      if (problem == null && from >= 0 && step.isText()) {
        problem = FieldDrop.WRONG_TYPE;
      }
    }
    return new FieldPath(text, steps, problem);
  }

  private static <T> void remember(Map<String, T> cache, String text, T value) {
    if (text.length() <= MAX_REMEMBERED_LENGTH) {
      if (cache.size() >= MAX_REMEMBERED) {
        cache.clear();
      }
      cache.put(text, value);
    }
  }
}
