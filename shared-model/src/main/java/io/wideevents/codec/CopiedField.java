package io.wideevents.codec;

import io.wideevents.event.ProblemCode;
import org.jspecify.annotations.Nullable;

/**
 * One field that a service set, copied and checked against the event's rules, before it is added to
 * {@link EventFields}. Adding it runs no code of the service. Immutable; used once.
 *
 * @param text the path as the service gave it
 * @param path the resolved path; null if no field can be set there
 * @param redacted the step of the path whose value is replaced; -1 if none is
 * @param value the copy
 * @param kind what is done with the value
 * @param notes the changes to values inside the copy; null if there are none
 */
public record CopiedField(
    String text,
    @Nullable FieldPath path,
    int redacted,
    @Nullable Object value,
    Kind kind,
    @Nullable FieldNotes notes) {

  enum Kind {
    /** Replaces the current value of its path. */
    SET,
    /** Its fields are set, one by one, in the object at its path. */
    MERGED,
    /** Left out; the notes contain the reason. */
    DROPPED
  }

  static CopiedField dropped(String text, ProblemCode why) {
    FieldNotes notes = new FieldNotes();
    notes.drop(text, why);
    return new CopiedField(text, null, -1, null, Kind.DROPPED, notes);
  }

  static CopiedField redacted(String text, FieldPath path, int step) {
    return new CopiedField(text, path, step, Splice.REDACTED, Kind.SET, null);
  }
}
