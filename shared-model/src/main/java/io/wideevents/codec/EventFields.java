package io.wideevents.codec;

import io.wideevents.event.EventLimits;
import java.math.BigInteger;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a service has said about one request so far, held to the event's rules as it says it: a
 * value that breaks one is left out and noted, never thrown back. Values are copied when they are
 * set, so that nothing the service does to them later changes the event.
 *
 * <p>Memory is bounded by about twice the event's size limit. Not safe for concurrent use; never
 * blocks.
 */
public final class EventFields {
  /** Fields that the composer adds, at most. */
  static final int OWN_FIELDS = 32;

  private static final int BASE_WEIGHT = 512;

  // What a request says last is how it failed: other fields leave room for that, and for the user.
  private static final int KNOWN_RESERVE_BYTES = 4096;
  private static final int KNOWN_RESERVE_FIELDS = 16;

  private final FieldPaths paths;
  private final EventLimits limits;
  private final FieldNode root = new FieldNode();
  private final FieldNotes notes = new FieldNotes();
  private int weight = BASE_WEIGHT;
  private int fields = OWN_FIELDS;

  /** Whether the field being set is below one that the event's rules speak of. */
  private boolean settingKnown;

  EventFields(FieldPaths paths, EventLimits limits) {
    this.paths = paths;
    this.limits = limits;
  }

  /**
   * Sets a field; one that is there already is replaced, also by an object when a name below it is
   * set.
   *
   * @param path the field's name, or names from the outermost in, joined by dots: {@code
   *     cart.items} is the field {@code items} of the object {@code cart}
   * @param value text, a number, a boolean, null, an enum constant, a date, time or id of the JDK,
   *     or a map, collection or array of these
   */
  public void set(String path, @Nullable Object value) {
    FieldPath to = paths.path(path);
    if (to.problem() != null) {
      notes.drop(path, to.problem());
      return;
    }
    settingKnown = to.steps().getFirst().known() != null;
    FieldNode node = root;
    int last = to.steps().size() - 1;
    for (int i = 0; i < last; i++) {
      FieldPath.Step step = to.steps().get(i);
      if (step.isRedacted()) {
        redact(node, step, joined(to, i));
        return;
      }
      FieldNode below = child(node, step.name());
      if (below == null) {
        notes.drop(path, FieldDrop.TOO_MANY_FIELDS);
        return;
      }
      node = below;
    }
    FieldPath.Step step = to.steps().get(last);
    if (step.isRedacted()) {
      redact(node, step, path);
    } else {
      store(node, step, path, last + 1, value);
    }
  }

  /** Adds to the number under a path, 0 when there is none; the sum is kept in thousandths. */
  public void add(String path, double amount) {
    double before = find(path) instanceof Number number ? number.doubleValue() : 0;
    set(path, Math.round((before + amount) * 1000) / 1000.0);
  }

  /** Whether anything but null stands under the path. */
  public boolean has(String path) {
    return find(path) != null;
  }

  /** The text under the path; null when there is none, or no text. */
  public @Nullable String text(String path) {
    return find(path) instanceof String text ? text : null;
  }

  /** {@code user.id}, as text, whichever of its types it has; null when there is none. */
  public @Nullable String userId() {
    Object id = find("user.id");
    return id == null ? null : id.toString();
  }

  /** Values that were dropped or shortened so far. */
  public int dropped() {
    return notes.dropped();
  }

  /** Bytes of memory kept alive, about; for bounding what waits. */
  public int retainedBytes() {
    return weight;
  }

  FieldNode root() {
    return root;
  }

  FieldNotes notes() {
    return notes;
  }

  private @Nullable Object find(String path) {
    Object value = root;
    for (FieldPath.Step step : paths.path(path).steps()) {
      if (!(value instanceof FieldNode node)) {
        return null;
      }
      value = node.get(step.name().text());
    }
    return value;
  }

  private void store(
      FieldNode node, FieldPath.Step step, String path, int depth, @Nullable Object value) {
    if (value instanceof Map<?, ?> map && step.known() != null && !isFree(step.known())) {
      // The names inside have rules of their own.
      FieldNode inner = child(node, step.name());
      if (inner == null) {
        notes.drop(path, FieldDrop.TOO_MANY_FIELDS);
      } else {
        new ValueCopy(paths, limits, notes, room()).into(inner, step, path, depth, map, this::put);
      }
      return;
    }
    ValueCopy copy = new ValueCopy(paths, limits, notes, room());
    ValueCopy.Result copied = copy.of(value, path, depth + 1);
    if (!copied.isKept()) {
      return;
    }
    if (!fits(step.known(), copied.value())) {
      notes.drop(path, FieldDrop.WRONG_TYPE);
      return;
    }
    put(node, step.name(), path, copied.value());
  }

  private static boolean isFree(KnownField known) {
    return known.scope() == Scope.OPEN;
  }

  /** Whether a known field has this type; other fields take any. */
  static boolean fits(@Nullable KnownField known, @Nullable Object value) {
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

  private void put(FieldNode node, FieldName name, String path, @Nullable Object value) {
    int index = node.find(name.text());
    Object before = index < 0 ? null : node.value(index);
    int growth =
        index < 0
            ? FieldNode.weighField(name, value)
            : FieldNode.weigh(value) - FieldNode.weigh(before);
    int moreFields =
        FieldNode.countFields(value) + (index < 0 ? 1 : -FieldNode.countFields(before));
    if (growth > room()) {
      notes.drop(path, FieldDrop.TOO_LARGE);
    } else if (fields + moreFields > roomForFields()) {
      notes.drop(path, FieldDrop.TOO_MANY_FIELDS);
    } else {
      weight += growth;
      fields += moreFields;
      if (index < 0) {
        node.add(name, value);
      } else {
        node.replace(index, value);
      }
    }
  }

  /** The object under a name, made when there is none; null when there is no room for it. */
  private @Nullable FieldNode child(FieldNode node, FieldName name) {
    int index = node.find(name.text());
    if (index >= 0 && node.value(index) instanceof FieldNode below) {
      return below;
    }
    FieldNode below = new FieldNode();
    put(node, name, name.text(), below);
    return node.get(name.text()) == below ? below : null;
  }

  private void redact(FieldNode node, FieldPath.Step step, String path) {
    put(node, step.name(), path, Splice.REDACTED);
    notes.redact(path);
  }

  private int room() {
    return 2 * limits.maxEventBytes() - weight - (settingKnown ? 0 : KNOWN_RESERVE_BYTES);
  }

  private int roomForFields() {
    return limits.maxFields() - (settingKnown ? 0 : KNOWN_RESERVE_FIELDS);
  }

  private static String joined(FieldPath path, int last) {
    StringBuilder joined = new StringBuilder(path.steps().getFirst().name().text());
    for (int i = 1; i <= last; i++) {
      joined.append('.').append(path.steps().get(i).name().text());
    }
    return joined.toString();
  }
}
