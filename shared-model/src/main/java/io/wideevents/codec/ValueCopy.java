package io.wideevents.codec;

import io.wideevents.event.EventLimits;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
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

  /** Optionals within optionals, and references to references. */
  private static final int MAX_WRAPPERS = 16;

  private static final int MAX_DIGITS = 34;
  private static final int MAX_BITS = 113;
  private static final int MAX_EXPONENT = 6144;
  private static final int MIN_EXPONENT = -6176;
  private static final int ITEM_WEIGHT = 16;

  /** The weight of an object or list without its content. */
  private static final int CONTAINER_WEIGHT = 40;

  private final FieldPaths paths;
  private final EventLimits limits;
  private int room;
  private @Nullable FieldNotes notes;

  /**
   * @param room approximate bytes of memory that the copy may use
   */
  ValueCopy(FieldPaths paths, EventLimits limits, int room) {
    this.paths = paths;
    this.limits = limits;
    this.room = room;
  }

  /**
   * The result of copying a value.
   *
   * @param value the copy, which may be null
   * @param isKept false if the value was dropped; a note contains the reason
   */
  private record Result(@Nullable Object value, boolean isKept) {
    private static final Result DROPPED = new Result(null, false);

    static Result kept(@Nullable Object value) {
      return new Result(value, true);
    }
  }

  CopiedField field(FieldPath to, String path, @Nullable Object given) {
    int depth = to.steps().size();
    FieldPath.Step step = to.steps().getLast();
    @Nullable Object value = unwrapped(given);
    boolean hasRules = step.known() != null && step.scopeBelow() != FieldScope.OPEN;
    if (hasRules && value instanceof Map<?, ?> map) {
      Result copied = read(() -> object(map, step.scopeBelow(), path, depth + 1), path);
      return done(to, path, copied, CopiedField.Kind.MERGED);
    }
    Result copied = of(value, path, depth + 1);
    if (copied.isKept() && !fits(step.known(), copied.value())) {
      copied = dropped(path, FieldDrop.WRONG_TYPE);
    }
    return done(to, path, copied, CopiedField.Kind.SET);
  }

  private CopiedField done(FieldPath to, String path, Result copied, CopiedField.Kind kind) {
    return new CopiedField(
        path, to, -1, copied.value(), copied.isKept() ? kind : CopiedField.Kind.DROPPED, notes);
  }

  /** Whether the type is allowed for a known field; other fields accept any type. */
  private static boolean fits(@Nullable KnownField known, @Nullable Object value) {
    if (known == null || value == null) {
      return true;
    }
    return switch (known) {
      case USER_ID ->
          value instanceof String || value instanceof Long || value instanceof BigInteger;
      case USER_ROLE, ERROR_CODE, ERROR_MESSAGE -> value instanceof String;
      case USER, ERROR, PERFORMANCE, METADATA -> value instanceof FieldNode;
      default -> throw new AssertionError(known + " is not the service's to set");
    };
  }

  private interface Reading {
    Result read();
  }

  private Result read(Reading reading, String path) {
    boolean interrupted = Thread.currentThread().isInterrupted();
    try {
      return reading.read();
    } catch (Throwable e) {
      // An iterator or toString of the service, or a map that another thread is changing. A checked
      // exception is possible as well: Kotlin does not declare them.
      interrupted |= e instanceof InterruptedException;
      return dropped(path, FieldDrop.UNREADABLE);
    } finally {
      if (interrupted) {
        // Keeps the interrupt for the request's own code.
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * @param depth the level of the value if it is an object or array
   */
  private Result of(@Nullable Object value, String path, int depth) {
    return switch (value) {
      // Most values. Their classes are final, so no method of the service runs.
      case null -> Result.kept(null);
      case String text -> text(text, path);
      case Boolean truth -> Result.kept(truth);
      case Integer number -> Result.kept(number.longValue());
      case Long number -> Result.kept(number);
      case Double number -> finite(number, path);
      default -> read(() -> copy(value, path, depth), path);
    };
  }

  private Result copy(Object given, String path, int depth) {
    Object value = unwrapped(given);
    return switch (value) {
      case null -> Result.kept(null);
      case String text -> text(text, path);
      case Boolean truth -> Result.kept(truth);
      case Number number -> number(number, path);
      case CharSequence text -> text(beginning(text), path);
      case Map<?, ?> map -> object(map, FieldScope.OPEN, path, depth);
      case Enum<?> constant -> text(constant.name(), path);
      // Before the other types, because some exceptions are iterable.
      case Throwable failure -> dropped(path, FieldDrop.UNSUPPORTED_TYPE);
      default -> other(value, path, depth);
    };
  }

  private Result other(Object value, String path, int depth) {
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
    return dropped(path, FieldDrop.UNSUPPORTED_TYPE);
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

  private Result number(Number number, String path) {
    return switch (number) {
      case Integer i -> Result.kept(i.longValue());
      case Long l -> Result.kept(l);
      case Double d -> finite(d, path);
      // As printed: 0.1f is 0.1, not 0.10000000149011612.
      case Float f ->
          Float.isFinite(f) ? Result.kept(Double.valueOf(f.toString())) : finite(f, path);
      case Short s -> Result.kept(s.longValue());
      case Byte b -> Result.kept(b.longValue());
      case BigInteger big -> whole(big, path);
      case BigDecimal decimal -> decimal(decimal, path);
      default -> {
        String name = number.getClass().getName();
        // Atomics and adders of the JDK; the toString of other Number classes is unknown.
        yield name.startsWith("java.util.concurrent.atomic.Double")
            ? finite(number.doubleValue(), path)
            : name.startsWith("java.util.concurrent.atomic.")
                ? Result.kept(number.longValue())
                : dropped(path, FieldDrop.UNSUPPORTED_TYPE);
      }
    };
  }

  private Result finite(double value, String path) {
    return Double.isFinite(value) ? Result.kept(value) : dropped(path, FieldDrop.NOT_FINITE);
  }

  private Result whole(BigInteger value, String path) {
    // 34 digits are below 2^113; only smaller numbers are worth counting digits.
    if (value.bitLength() > MAX_BITS) {
      return dropped(path, FieldDrop.NUMBER_OUT_OF_RANGE);
    }
    BigInteger number = plain(value);
    if (number.bitLength() < Long.SIZE) {
      return Result.kept(number.longValue());
    }
    return number.bitLength() > MAX_BITS || new BigDecimal(number).precision() > MAX_DIGITS
        ? dropped(path, FieldDrop.NUMBER_OUT_OF_RANGE)
        : counted(number, path);
  }

  private Result decimal(BigDecimal given, String path) {
    BigInteger digits = given.unscaledValue();
    // Checked before digits are counted, which takes more than linear time. Zeros are not stripped
    // before, for the same reason.
    if (digits.bitLength() > MAX_BITS) {
      return dropped(path, FieldDrop.NUMBER_OUT_OF_RANGE);
    }
    BigDecimal value =
        given.getClass() == BigDecimal.class ? given : new BigDecimal(plain(digits), given.scale());
    boolean fits =
        value.precision() <= MAX_DIGITS
            && -value.scale() >= MIN_EXPONENT
            && (long) value.precision() - value.scale() <= MAX_EXPONENT + 1;
    return fits ? counted(value, path) : dropped(path, FieldDrop.NUMBER_OUT_OF_RANGE);
  }

  /** Keeps a number if the memory beyond the default weight of an item is available. */
  private Result counted(Number number, String path) {
    return take(FieldNode.weigh(number) - ITEM_WEIGHT)
        ? Result.kept(number)
        : dropped(path, FieldDrop.TOO_LARGE);
  }

  /**
   * The same number in the JDK's own class, because a subclass of the service may print anything.
   */
  private static BigInteger plain(BigInteger value) {
    return value.getClass() == BigInteger.class ? value : new BigInteger(value.toByteArray());
  }

  private int mostCharacters() {
    return limits.maxEventBytes() / TEXT_SHARE;
  }

  private Result text(String text, String path) {
    int most = mostCharacters();
    // Redacted before the text is cut: the first half of a card number matches no pattern.
    String read = cut(text, most + REDACTED_AHEAD);
    // The memory is counted before the text is searched, because a list may contain one long text a
    // million times.
    int taken = FieldNode.weigh(read.length() > most ? cut(read, most) : read);
    if (!take(taken)) {
      return dropped(path, FieldDrop.TOO_LARGE);
    }
    String left = paths.redactedText().redact(read);
    if (!left.equals(read)) {
      notes().redact(path);
    }
    int surely = read.length() < text.length() ? left.length() - REDACTED_AHEAD : most;
    if (read.length() < text.length() || left.length() > most) {
      left = left.equals(Splice.REDACTED) ? left : cut(left, Math.clamp(surely, 0, most));
      notes().drop(path, FieldDrop.TEXT_CUT);
    }
    return take(Math.max(0, FieldNode.weigh(left) - taken))
        ? Result.kept(left)
        : dropped(path, FieldDrop.TOO_LARGE);
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
  private Result object(Map<?, ?> map, FieldScope scope, String path, int depth) {
    if (depth > limits.maxDepth()) {
      return dropped(path, FieldDrop.TOO_DEEP);
    }
    if (!take(CONTAINER_WEIGHT)) {
      return dropped(path, FieldDrop.TOO_LARGE);
    }
    FieldNode node = new FieldNode();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String name = JdkText.name(entry.getKey());
      if (name.length() > limits.maxNameBytes()) {
        // Not resolved, because that takes several times its length in memory.
        if (!take(name.length())) {
          return dropped(path, FieldDrop.TOO_LARGE);
        }
        notes().drop(path + '.' + cut(name, limits.maxNameBytes()), FieldDrop.BAD_NAME);
        continue;
      }
      FieldPath.Step step = paths.step(scope, name);
      if (!take(FieldNode.weighField(step.name(), null))) {
        return dropped(path, FieldDrop.TOO_LARGE);
      }
      if (node.size() >= limits.maxFields()) {
        return dropped(path, FieldDrop.TOO_MANY_FIELDS);
      }
      String below = path + '.' + name;
      if (node.find(name) >= 0) {
        notes().drop(below, FieldDrop.DUPLICATE_NAME);
        continue;
      }
      Result copied = field(step, entry.getValue(), below, depth + 1);
      if (copied.isKept()) {
        node.add(step.name(), copied.value());
      }
    }
    return Result.kept(node);
  }

  private Result field(FieldPath.Step step, @Nullable Object value, String path, int depth) {
    FieldDrop problem = step.problem();
    if (problem != null) {
      return dropped(path, problem);
    }
    if (step.isRedacted()) {
      notes().redact(path);
      return Result.kept(Splice.REDACTED);
    }
    Result copied = of(value, path, depth);
    return copied.isKept() && !fits(step.known(), copied.value())
        ? dropped(path, FieldDrop.WRONG_TYPE)
        : copied;
  }

  private Result items(Iterable<?> from, String path, int depth) {
    if (depth > limits.maxDepth()) {
      return dropped(path, FieldDrop.TOO_DEEP);
    }
    ArrayList<@Nullable Object> items = new ArrayList<>();
    int roomBefore = room;
    if (!take(CONTAINER_WEIGHT)) {
      return dropped(path, FieldDrop.TOO_LARGE);
    }
    // Without the item's index, which would cost a text per item that is rarely read.
    String below = path + "[]";
    for (Object item : from) {
      if (!take(ITEM_WEIGHT)) {
        return dropped(path, FieldDrop.TOO_LARGE);
      }
      Result copied = of(item, below, depth + 1);
      if (copied.isKept()) {
        items.add(copied.value());
      }
    }
    items.trimToSize();
    return Result.kept(new FieldNode.Items(items, roomBefore - room));
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
    if (room < weight) {
      return false;
    }
    room -= weight;
    return true;
  }

  private Result dropped(String path, FieldDrop why) {
    notes().drop(path, why);
    return Result.DROPPED;
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
