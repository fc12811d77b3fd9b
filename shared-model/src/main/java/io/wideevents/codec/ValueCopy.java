package io.wideevents.codec;

import io.wideevents.event.EventLimits;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Copies one value that a service set into what an event can hold: {@code String}, {@code Boolean},
 * {@code Long}, a finite {@code Double}, {@code BigInteger}, {@code BigDecimal}, null, {@link
 * FieldNode}, {@link FieldNode.Items}. Stops where the room for it ends, so that a huge value costs
 * no more than one that just fits. Never throws. Copies one value; not safe for concurrent use.
 */
final class ValueCopy {
  /** Texts longer than this part of an event's limit are cut: one must not push out the others. */
  private static final int TEXT_SHARE = 8;

  /** How much of a text is searched behind the place where it is cut. */
  private static final int REDACTED_AHEAD = 4096;

  private static final int MAX_DIGITS = 34;
  private static final int MAX_EXPONENT = 6144;
  private static final int MIN_EXPONENT = -6176;
  private static final int ITEM_WEIGHT = 16;

  private final FieldPaths paths;
  private final EventLimits limits;
  private final FieldNotes notes;
  private int room;

  ValueCopy(FieldPaths paths, EventLimits limits, FieldNotes notes, int room) {
    this.paths = paths;
    this.limits = limits;
    this.notes = notes;
    this.room = room;
  }

  /**
   * What became of a value.
   *
   * @param value the copy, which may be null
   * @param isKept false: a note says why not
   */
  record Result(@Nullable Object value, boolean isKept) {
    private static final Result DROPPED = new Result(null, false);

    static Result kept(@Nullable Object value) {
      return new Result(value, true);
    }
  }

  /** Takes the fields of a map, one by one. */
  interface Sink {
    void put(FieldNode node, FieldName name, String path, @Nullable Object value);
  }

  /**
   * @param depth the level the value would stand on if it were an object or array
   */
  Result of(@Nullable Object value, String path, int depth) {
    try {
      return copy(value, path, depth);
    } catch (RuntimeException | StackOverflowError e) {
      // Somebody else's iterator or toString, or a map that another thread changes just now.
      return dropped(path, FieldDrop.UNREADABLE);
    }
  }

  /** Copies a map into an object whose names have rules of their own. */
  void into(
      FieldNode node, FieldPath.Step above, String path, int depth, Map<?, ?> map, Sink sink) {
    try {
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        String name = String.valueOf(entry.getKey());
        FieldPath.Step step = paths.step(above.scopeBelow(), name);
        String below = path + '.' + name;
        Result copied = field(step, entry.getValue(), below, depth + 2);
        if (copied.isKept()) {
          if (EventFields.fits(step.isRedacted() ? null : step.known(), copied.value())) {
            sink.put(node, step.name(), below, copied.value());
          } else {
            notes.drop(below, FieldDrop.WRONG_TYPE);
          }
        }
      }
    } catch (RuntimeException | StackOverflowError e) {
      notes.drop(path, FieldDrop.UNREADABLE);
    }
  }

  private Result field(FieldPath.Step step, @Nullable Object value, String path, int depth) {
    if (step.problem() != null) {
      return dropped(path, step.problem());
    }
    if (step.isRedacted()) {
      notes.redact(path);
      return Result.kept(Splice.REDACTED);
    }
    return of(value, path, depth);
  }

  private Result copy(@Nullable Object value, String path, int depth) {
    return switch (value) {
      case null -> Result.kept(null);
      case Boolean truth -> Result.kept(truth);
      case Number number -> number(number, path);
      case CharSequence text -> text(text.toString(), path);
      case Map<?, ?> map -> object(map, path, depth);
      case Enum<?> constant -> text(constant.name(), path);
      case AtomicBoolean truth -> Result.kept(truth.get());
      case Optional<?> optional -> copy(optional.orElse(null), path, depth);
      default -> other(value, path, depth);
    };
  }

  private Result other(Object value, String path, int depth) {
    // First, for a path is also a collection, of its names.
    if (isJdkText(value)) {
      return text(value.toString(), path);
    }
    if (value instanceof Iterable<?> items) {
      return items(items, path, depth);
    }
    if (value.getClass().isArray()) {
      return items(listOf(value), path, depth);
    }
    // A toString nobody looked at may hold what redaction by name would have found.
    return dropped(path, FieldDrop.UNSUPPORTED_TYPE);
  }

  /**
   * Whether it is a value of the JDK, such as a date, an id or an address, whose text tells all.
   */
  private static boolean isJdkText(Object value) {
    String name = value.getClass().getName();
    return name.startsWith("java.time.")
        || name.startsWith("java.net.")
        || name.startsWith("sun.nio.fs.")
        || value instanceof UUID
        || value instanceof Character
        || value instanceof Locale
        || value instanceof Currency;
  }

  private Result number(Number number, String path) {
    return switch (number) {
      case Integer i -> Result.kept(i.longValue());
      case Long l -> Result.kept(l);
      case Double d -> finite(d, path);
      // As it prints: 0.1f is 0.1, not 0.10000000149011612.
      case Float f ->
          Float.isFinite(f) ? Result.kept(Double.valueOf(f.toString())) : finite(f, path);
      case Short s -> Result.kept(s.longValue());
      case Byte b -> Result.kept(b.longValue());
      case BigInteger big -> whole(big, path);
      case BigDecimal decimal -> decimal(decimal, path);
      default -> {
        String name = number.getClass().getName();
        // Atomics and adders; what others mean by toString nobody knows.
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
    if (value.bitLength() < Long.SIZE) {
      return Result.kept(value.longValue());
    }
    // 34 digits are below 2^113; only then is counting them worth it.
    return value.bitLength() > 113 || new BigDecimal(value).precision() > MAX_DIGITS
        ? dropped(path, FieldDrop.NUMBER_OUT_OF_RANGE)
        : Result.kept(value);
  }

  private Result decimal(BigDecimal value, String path) {
    // Not stripped of zeros first: that would take time quadratic in them.
    boolean fits =
        value.precision() <= MAX_DIGITS
            && -value.scale() >= MIN_EXPONENT
            && (long) value.precision() - value.scale() <= MAX_EXPONENT + 1;
    return fits ? Result.kept(value) : dropped(path, FieldDrop.NUMBER_OUT_OF_RANGE);
  }

  private Result text(String text, String path) {
    int most = limits.maxEventBytes() / TEXT_SHARE;
    // Redacted before it is cut: the first half of a card number matches no pattern.
    String read = cut(text, most + REDACTED_AHEAD);
    String left = paths.redactedText().redact(read);
    if (!left.equals(read)) {
      notes.redact(path);
    }
    int surely = read.length() < text.length() ? left.length() - REDACTED_AHEAD : most;
    if (read.length() < text.length() || left.length() > most) {
      left = left.equals(Splice.REDACTED) ? left : cut(left, Math.clamp(surely, 0, most));
      notes.drop(path, FieldDrop.TEXT_CUT);
    }
    return take(FieldNode.weigh(left)) ? Result.kept(left) : dropped(path, FieldDrop.TOO_LARGE);
  }

  private static String cut(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    boolean cutsPair = most > 0 && Character.isHighSurrogate(text.charAt(most - 1));
    return text.substring(0, cutsPair ? most - 1 : most);
  }

  private Result object(Map<?, ?> map, String path, int depth) {
    if (depth > limits.maxDepth()) {
      return dropped(path, FieldDrop.TOO_DEEP);
    }
    FieldNode node = new FieldNode();
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      String name = String.valueOf(entry.getKey());
      FieldPath.Step step = paths.step(Scope.OPEN, name);
      String below = path + '.' + name;
      if (!take(FieldNode.weighField(step.name(), null))) {
        return dropped(path, FieldDrop.TOO_LARGE);
      }
      if (node.size() >= limits.maxFields()) {
        return dropped(path, FieldDrop.TOO_MANY_FIELDS);
      }
      if (node.find(name) >= 0) {
        notes.drop(below, FieldDrop.DUPLICATE_NAME);
        continue;
      }
      Result copied = field(step, entry.getValue(), below, depth + 1);
      if (copied.isKept()) {
        node.add(step.name(), copied.value());
      }
    }
    return Result.kept(node);
  }

  private Result items(Iterable<?> from, String path, int depth) {
    if (depth > limits.maxDepth()) {
      return dropped(path, FieldDrop.TOO_DEEP);
    }
    List<@Nullable Object> items = new ArrayList<>();
    int roomBefore = room;
    // Not the item's own index: it would cost a text per item, and nearly none is ever read.
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
    notes.drop(path, why);
    return Result.DROPPED;
  }
}
