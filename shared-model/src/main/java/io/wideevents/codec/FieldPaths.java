package io.wideevents.codec;

import io.wideevents.event.EventLimits;
import io.wideevents.event.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Resolves and caches the paths of a service's fields. Safe for concurrent use. The size of the
 * cache is limited, because services may generate names.
 */
final class FieldPaths {
  private static final int MAX_REMEMBERED = 4096;
  private static final int MAX_REMEMBERED_LENGTH = 128;

  private final NameRules rules;
  private final ValuePattern redactedText;
  private final int maxDepth;
  private final Map<String, FieldPath> paths = new ConcurrentHashMap<>();

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
    if (text.length() <= MAX_REMEMBERED_LENGTH) {
      if (paths.size() >= MAX_REMEMBERED) {
        paths.clear();
      }
      paths.put(text, path);
    }
    return path;
  }

  FieldPath.Step step(FieldScope scope, String name) {
    return new FieldPath.Step(rules.name(name), scope.find(name));
  }

  private FieldPath parse(String text) {
    List<FieldPath.Step> steps = new ArrayList<>();
    @Nullable ProblemCode problem = null;
    FieldScope scope = FieldScope.EVENT;
    int from = 0;
    while (from >= 0 && problem == null) {
      int dot = text.indexOf('.', from);
      FieldPath.Step step = step(scope, text.substring(from, dot < 0 ? text.length() : dot));
      steps.add(step);
      scope = step.scopeBelow();
      // The event itself is the first level, so the last name may be at the deepest level allowed.
      problem = steps.size() > maxDepth ? ProblemCode.TOO_DEEP : step.problem();
      from = dot < 0 ? -1 : dot + 1;
      if (problem == null && from >= 0 && !step.allowsFieldsBelow()) {
        problem = ProblemCode.WRONG_TYPE;
      }
    }
    return new FieldPath(text, steps, problem);
  }
}
