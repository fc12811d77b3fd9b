package io.wideevents.codec;

import io.wideevents.event.EventLimits;
import io.wideevents.event.ProblemCode;
import java.lang.reflect.Array;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Copies one value that a service set into types that an event can contain: {@code String}, {@code
 * Boolean}, {@code Long}, a finite {@code Double}, {@code BigInteger}, {@code BigDecimal}, null,
 * {@link FieldNode}, {@link FieldNode.Items}. The copy contains no object of the service's own
 * classes.
 *
 * <p>Runs methods of the value. Anything that such a method throws, including an {@code Error} or a
 * checked exception, makes the value unreadable and is not rethrown. Reading ends at the memory
 * limit of the copy, so an endless value costs no more than one that just fits. For one value; not
 * safe for concurrent use.
 */
final class ValueCopy {
  /**
   * A text longer than this part of an event's limit is cut, so that one text does not displace
   * other fields.
   */
  private static final int TEXT_SHARE = 8;

  /** How many characters are searched after the position of the cut. */
  private static final int REDACTED_AHEAD = 4096;

  /** Limit of nested optionals and references. */
  private static final int MAX_WRAPPERS = 16;

  private static final int ITEM_WEIGHT = 16;

  /** The weight of an object or list without its content. */
  private static final int CONTAINER_WEIGHT = 40;

  private final FieldPaths paths;
  private final EventLimits limits;
  private int memoryLeft;
  private @Nullable FieldNotes notes;

  /**
   * @param memoryLeft approximate bytes of memory that the copy may use
   */
  ValueCopy(FieldPaths paths, EventLimits limits, int memoryLeft) {
    this.paths = paths;
    this.limits = limits;
    this.memoryLeft = memoryLeft;
  }

  CopiedField field(FieldPath to, String path, @Nullable Object given) {
    int depth = to.steps().size();
    FieldPath.Step step = to.steps().getLast();
    @Nullable Object value = unwrapped(given);
    boolean hasRules = step.known() != null && step.scopeBelow() != FieldScope.OPEN;
    if (hasRules && value instanceof Map<?, ?> map) {
      CopiedValue copied = read(() -> object(map, step.scopeBelow(), path, depth + 1), path);
      return done(to, path, copied, CopiedField.Kind.MERGED);
    }
    CopiedValue copied = of(value, path, depth + 1);
    if (copied.isKept() && !step.accepts(copied.value())) {
      copied = dropped(path, ProblemCode.WRONG_TYPE);
    }
    return done(to, path, copied, CopiedField.Kind.SET);
  }

  private CopiedField done(FieldPath to, String path, CopiedValue copied, CopiedField.Kind kind) {
    return new CopiedField(
        path, to, -1, copied.value(), copied.isKept() ? kind : CopiedField.Kind.DROPPED, notes);
  }

  /** Reads a value with methods of the service, for example an iterator or {@code toString}. */
  private CopiedValue read(Supplier<CopiedValue> reading, String path) {
    return ServiceCode.call(reading, () -> dropped(path, ProblemCode.UNREADABLE));
  }

  /**
   * @param depth the level of the value if it is an object or array
   */
  private CopiedValue of(@Nullable Object value, String path, int depth) {
    return switch (value) {
      // Most values. Their classes are final, so no method of the service runs.
      case null -> CopiedValue.kept(null);
      case String text -> text(text, path);
      case Boolean truth -> CopiedValue.kept(truth);
      case Integer number -> CopiedValue.kept(number.longValue());
      case Long number -> CopiedValue.kept(number);
      case Double number -> number(number, path);
      default -> read(() -> copy(value, path, depth), path);
    };
  }

  private CopiedValue copy(Object given, String path, int depth) {
    Object value = unwrapped(given);
    return switch (value) {
      case null -> CopiedValue.kept(null);
      case String text -> text(text, path);
      case Boolean truth -> CopiedValue.kept(truth);
      case Number number -> number(number, path);
      case CharSequence text -> text(beginning(text), path);
      case Map<?, ?> map -> object(map, FieldScope.OPEN, path, depth);
      case Enum<?> constant -> text(constant.name(), path);
      // Before the other types, because some exceptions are iterable.
      case Throwable failure -> dropped(path, ProblemCode.UNSUPPORTED_TYPE);
      default -> other(value, path, depth);
    };
  }

  private CopiedValue other(Object value, String path, int depth) {
    // First, because a Path is also an Iterable of its names.
    String text = JdkText.of(value);
    if (text != null) {
      return text(text, path);
    }
    if (value instanceof Iterable<?> items) {
      return items(items, path, depth);
    }
    if (value.getClass().isArray()) {
      return items(listOf(value), path, depth);
    }
    // The text of an unknown toString may contain what redaction by name would have replaced.
    return dropped(path, ProblemCode.UNSUPPORTED_TYPE);
  }

  /** The content of a container of one value; the container itself if the nesting is too deep. */
  private static @Nullable Object unwrapped(@Nullable Object given) {
    Object value = given;
    for (int i = 0; i < MAX_WRAPPERS; i++) {
      switch (value) {
        case null -> {
          return null;
        }
        case Optional<?> optional -> value = optional.orElse(null);
        case AtomicReference<?> reference -> value = reference.get();
        case OptionalInt optional -> value = optional.isPresent() ? optional.getAsInt() : null;
        case OptionalLong optional -> value = optional.isPresent() ? optional.getAsLong() : null;
        case OptionalDouble optional ->
            value = optional.isPresent() ? optional.getAsDouble() : null;
        case AtomicBoolean truth -> value = truth.get();
        default -> {
          return value;
        }
      }
    }
    return value;
  }

  /** The part of a text that is read. */
  private String beginning(CharSequence text) {
    int end = mostCharacters() + REDACTED_AHEAD + 1;
    return text.length() > end ? text.subSequence(0, end).toString() : text.toString();
  }

  private CopiedValue number(Number number, String path) {
    CopiedValue copy = NumberCopy.of(number);
    if (copy.problem() != null) {
      return dropped(path, copy.problem());
    }
    // The container has counted the weight of a small item.
    return take(FieldNode.weigh(copy.value()) - ITEM_WEIGHT)
        ? copy
        : dropped(path, ProblemCode.EVENT_TOO_LARGE);
  }

  private int mostCharacters() {
    return limits.maxEventBytes() / TEXT_SHARE;
  }

  private CopiedValue text(String text, String path) {
    int most = mostCharacters();
    // Redacted before the text is cut: the first half of a card number matches no pattern.
    String read = cut(text, most + REDACTED_AHEAD);
    // The memory is counted before the text is searched, because a list may contain one long text a
    // million times.
    int taken = FieldNode.weigh(read.length() > most ? cut(read, most) : read);
    if (!take(taken)) {
      return dropped(path, ProblemCode.EVENT_TOO_LARGE);
    }
    String left = paths.redactedText().redact(read);
    if (!left.equals(read)) {
      notes().redact(path);
    }
    int surely = read.length() < text.length() ? left.length() - REDACTED_AHEAD : most;
    if (read.length() < text.length() || left.length() > most) {
      left = left.equals(Splice.REDACTED) ? left : cut(left, Math.clamp(surely, 0, most));
      notes().drop(path, ProblemCode.TEXT_CUT);
    }
    return take(Math.max(0, FieldNode.weigh(left) - taken))
        ? CopiedValue.kept(left)
        : dropped(path, ProblemCode.EVENT_TOO_LARGE);
  }

  private static String cut(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    boolean cutsPair = most > 0 && Character.isHighSurrogate(text.charAt(most - 1));
    return text.substring(0, cutsPair ? most - 1 : most);
  }

  /**
   * @param scope in which the names of the map are resolved
   */
  private CopiedValue object(Map<?, ?> map, FieldScope scope, String path, int depth) {
    if (depth > limits.maxDepth()) {
      return dropped(path, ProblemCode.TOO_DEEP);
    }
    if (!take(CONTAINER_WEIGHT)) {
      return dropped(path, ProblemCode.EVENT_TOO_LARGE);
    }
    FieldNode node = new FieldNode();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String name = JdkText.name(entry.getKey());
      if (name.length() > limits.maxNameBytes()) {
        // The name is not resolved, because resolving takes several times its length in memory.
        if (!take(name.length())) {
          return dropped(path, ProblemCode.EVENT_TOO_LARGE);
        }
        notes().drop(path + '.' + cut(name, limits.maxNameBytes()), ProblemCode.NAME_TOO_LONG);
        continue;
      }
      FieldPath.Step step = paths.step(scope, name);
      if (!take(FieldNode.weighField(step.name(), null))) {
        return dropped(path, ProblemCode.EVENT_TOO_LARGE);
      }
      if (node.size() >= limits.maxFields()) {
        return dropped(path, ProblemCode.TOO_MANY_FIELDS);
      }
      String below = path + '.' + name;
      if (node.find(name) >= 0) {
        notes().drop(below, ProblemCode.DUPLICATE_KEY);
        continue;
      }
      CopiedValue copied = field(step, entry.getValue(), below, depth + 1);
      if (copied.isKept()) {
        node.add(step.name(), copied.value());
      }
    }
    return CopiedValue.kept(node);
  }

  private CopiedValue field(FieldPath.Step step, @Nullable Object value, String path, int depth) {
    ProblemCode problem = step.problem();
    if (problem != null) {
      return dropped(path, problem);
    }
    if (step.isRedacted()) {
      notes().redact(path);
      return CopiedValue.kept(Splice.REDACTED);
    }
    CopiedValue copied = of(value, path, depth);
    return copied.isKept() && !step.accepts(copied.value())
        ? dropped(path, ProblemCode.WRONG_TYPE)
        : copied;
  }

  private CopiedValue items(Iterable<?> from, String path, int depth) {
    if (depth > limits.maxDepth()) {
      return dropped(path, ProblemCode.TOO_DEEP);
    }
    ArrayList<@Nullable Object> items = new ArrayList<>();
    int memoryBefore = memoryLeft;
    if (!take(CONTAINER_WEIGHT)) {
      return dropped(path, ProblemCode.EVENT_TOO_LARGE);
    }
    // The path has no index of the item, because an index would need a text for each item.
    String below = path + "[]";
    for (Object item : from) {
      if (!take(ITEM_WEIGHT)) {
        return dropped(path, ProblemCode.EVENT_TOO_LARGE);
      }
      CopiedValue copied = of(item, below, depth + 1);
      if (copied.isKept()) {
        items.add(copied.value());
      }
    }
    items.trimToSize();
    return CopiedValue.kept(new FieldNode.Items(items, memoryBefore - memoryLeft));
  }

  private static List<@Nullable Object> listOf(Object array) {
    int length = Array.getLength(array);
    return new AbstractList<>() {
      @Override
      public @Nullable Object get(int index) {
        return Array.get(array, index);
      }

      @Override
      public int size() {
        return length;
      }
    };
  }

  private boolean take(int weight) {
    if (memoryLeft < weight) {
      return false;
    }
    memoryLeft -= weight;
    return true;
  }

  private CopiedValue dropped(String path, ProblemCode why) {
    notes().drop(path, why);
    return CopiedValue.dropped(why);
  }

  private FieldNotes notes() {
    FieldNotes made = notes;
    if (made == null) {
      made = new FieldNotes();
      notes = made;
    }
    return made;
  }
}
