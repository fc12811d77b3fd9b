package io.wideevents.codec;

import io.wideevents.event.EventLimits;
import io.wideevents.event.ProblemCode;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The fields that a service has set for one request. Each value is checked against the event's
 * rules when it is set. A value that breaks a rule is left out and noted, and no exception is
 * thrown. Values are copied when they are set, so later changes by the service do not change the
 * event.
 *
 * <p>Memory is limited to about twice the event's size limit. Not safe for concurrent use, except
 * for {@link #copy}, the only method that runs code of the service.
 */
public final class EventFields {
  /** Maximum number of fields that the composer adds. */
  static final int OWN_FIELDS = 32;

  private static final int BASE_WEIGHT = 512;

  // A request sets its failure last. Other fields leave these bytes and fields for the failure and
  // the user.
  private static final int KNOWN_RESERVE_BYTES = 4096;
  private static final int KNOWN_RESERVE_FIELDS = 16;

  private final FieldPaths paths;
  private final EventLimits limits;
  private final FieldNode root = new FieldNode();
  private final FieldNotes notes = new FieldNotes();
  private int weight = BASE_WEIGHT;
  private int fields = OWN_FIELDS;

  /** Whether the field being set is below a field that the event's rules define. */
  private boolean settingKnown;

  EventFields(FieldPaths paths, EventLimits limits) {
    this.paths = paths;
    this.limits = limits;
  }

  /**
   * Sets a field, as {@link #copy} and {@link #put} do.
   *
   * @param path the field's name, or names from the outermost in, joined by dots: {@code
   *     cart.items} is the field {@code items} of the object {@code cart}
   * @param value text, a number, a boolean, null, an enum constant, a date, time or id of the JDK,
   *     or a map, collection or array of these
   */
  public void set(@Nullable String path, @Nullable Object value) {
    put(copy(path, value, memoryLeft()));
  }

  /**
   * Copies a value. Runs code of the service, such as iterators, and takes as long as that code
   * takes. Reads no mutable state of this object, so other threads may use the object meanwhile.
   * Never throws what the value throws: such a value is noted as unreadable.
   *
   * @param path as for {@link #set}; null is noted as blank
   * @param memoryLeft bytes of memory that the copy may use: {@link #memoryLeft} or more
   */
  public CopiedField copy(@Nullable String path, @Nullable Object value, int memoryLeft) {
    if (path == null) {
      return CopiedField.dropped("", ProblemCode.BLANK);
    }
    FieldPath to = paths.path(path);
    if (to.problem() != null) {
      return CopiedField.dropped(path, to.problem());
    }
    int last = to.steps().size() - 1;
    for (int i = 0; i <= last; i++) {
      if (to.steps().get(i).isRedacted()) {
        return CopiedField.redacted(path, to, i);
      }
    }
    boolean known = to.steps().getFirst().known() != null;
    return new ValueCopy(paths, limits, known ? memoryLeft : memoryLeft - KNOWN_RESERVE_BYTES)
        .field(to, path, value);
  }

  /**
   * Adds a copied field. The new value replaces an existing field. If a name below an existing
   * field is set, an object replaces that field. Takes less than a microsecond for a single value.
   */
  public void put(CopiedField field) {
    if (field.notes() != null) {
      notes.addAll(field.notes());
    }
    FieldPath to = field.path();
    if (to == null || field.kind() == CopiedField.Kind.DROPPED) {
      return;
    }
    settingKnown = to.steps().getFirst().known() != null;
    FieldNode node = root;
    int last = field.redacted() < 0 ? to.steps().size() - 1 : field.redacted();
    int parents = field.kind() == CopiedField.Kind.MERGED ? last + 1 : last;
    for (int i = 0; i < parents; i++) {
      FieldNode below = child(node, to.steps().get(i).name());
      if (below == null) {
        notes.drop(field.text(), ProblemCode.TOO_MANY_FIELDS);
        return;
      }
      node = below;
    }
    if (field.kind() == CopiedField.Kind.MERGED) {
      merge(node, field.text(), (FieldNode) Objects.requireNonNull(field.value()));
    } else {
      String path = last < to.steps().size() - 1 ? joined(to, last) : field.text();
      put(node, to.steps().get(last).name(), path, field.value());
      if (field.redacted() >= 0) {
        notes.redact(path);
      }
    }
  }

  private void merge(FieldNode node, String path, FieldNode from) {
    for (int i = 0; i < from.size(); i++) {
      put(node, from.name(i), path + '.' + from.name(i).text(), from.value(i));
    }
  }

  /** Approximate bytes of memory that one more value may use; not negative. */
  public int memoryLeft() {
    return Math.max(0, 2 * limits.maxEventBytes() - weight);
  }

  /** As {@link #memoryLeft}, before any field was set. May be called by any thread. */
  public int initialMemory() {
    return 2 * limits.maxEventBytes();
  }

  /** Whether a value has a type of the JDK that is copied without running code of the service. */
  public static boolean isPlain(@Nullable Object value) {
    return value == null
        || value instanceof String
        || value instanceof Integer
        || value instanceof Long
        || value instanceof Double
        || value instanceof Boolean;
  }

  /** Notes that a value is left out. */
  public void drop(String path, ProblemCode why) {
    notes.drop(path, why);
  }

  /** Adds to the number at a path, or to 0 if there is none; the sum is rounded to thousandths. */
  public void add(String path, double amount) {
    double before = find(path) instanceof Number number ? number.doubleValue() : 0;
    set(path, Math.round((before + amount) * 1000) / 1000.0);
  }

  /** Whether the path has a value other than null. */
  public boolean has(String path) {
    return find(path) != null;
  }

  /** The text at the path; null if there is none or the value is no text. */
  public @Nullable String text(String path) {
    return find(path) instanceof String text ? text : null;
  }

  /** {@code user.id} as text, whatever its type; null if there is none. */
  public @Nullable String userId() {
    Object id = find("user.id");
    return id == null ? null : id.toString();
  }

  /** The number of values that were dropped or shortened. */
  public int dropped() {
    return notes.dropped();
  }

  /** Approximate bytes of memory kept alive, for limiting pending events. */
  public int retainedBytes() {
    return weight + notes.weight();
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

  private void put(FieldNode node, FieldName name, String path, @Nullable Object value) {
    int index = node.find(name.text());
    Object before = index < 0 ? null : node.value(index);
    int growth =
        index < 0
            ? FieldNode.weighField(name, value)
            : FieldNode.weigh(value) - FieldNode.weigh(before);
    int moreFields =
        FieldNode.countFields(value) + (index < 0 ? 1 : -FieldNode.countFields(before));
    if (growth > unreserved()) {
      notes.drop(path, ProblemCode.EVENT_TOO_LARGE);
    } else if (fields + moreFields > unreservedFields()) {
      notes.drop(path, ProblemCode.TOO_MANY_FIELDS);
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

  /**
   * The object under a name, created if there is none; null if the limits allow no further object.
   */
  private @Nullable FieldNode child(FieldNode node, FieldName name) {
    int index = node.find(name.text());
    if (index >= 0 && node.value(index) instanceof FieldNode below) {
      return below;
    }
    FieldNode below = new FieldNode();
    put(node, name, name.text(), below);
    return node.get(name.text()) == below ? below : null;
  }

  private int unreserved() {
    return 2 * limits.maxEventBytes() - weight - (settingKnown ? 0 : KNOWN_RESERVE_BYTES);
  }

  private int unreservedFields() {
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
