package io.wideevents.codec;

import org.jspecify.annotations.Nullable;

/**
 * One field that a service set, copied and held to the event's rules, on its way into {@link
 * EventFields}. Putting it there runs no code of the service. Immutable; for one use.
 *
 * @param text the path as the service gave it
 * @param path the path, looked up; null when nothing can be set there
 * @param redacted the step of the path whose value is replaced; -1 when none is
 * @param value the copy
 * @param kind what is done with the value
 * @param notes what happened to values inside it; null when nothing did
 */
public record CopiedField(
    String text,
    @Nullable FieldPath path,
    int redacted,
    @Nullable Object value,
    Kind kind,
    @Nullable FieldNotes notes) {

  /** What is done with a value. */
  enum Kind {
    /** It replaces what stands under its path. */
    SET,
    /** Its fields are set, one by one, in the object under its path. */
    MERGED,
    /** It is left out; the notes say why. */
    DROPPED
  }

  static CopiedField dropped(String text, FieldDrop why) {
    FieldNotes notes = new FieldNotes();
    notes.drop(text, why);
    return new CopiedField(text, null, -1, null, Kind.DROPPED, notes);
  }

  static CopiedField redacted(String text, FieldPath path, int step) {
    return new CopiedField(text, path, step, Splice.REDACTED, Kind.SET, null);
  }
}
