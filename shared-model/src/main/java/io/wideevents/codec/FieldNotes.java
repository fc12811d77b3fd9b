package io.wideevents.codec;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What happened to values on their way into an event: dropped or shortened, or redacted. Bounded,
 * for a loop may do the same wrong thing a million times. Not safe for concurrent use.
 */
final class FieldNotes {
  private static final int MAX_NOTES = 10;
  private static final int MAX_PATH_LENGTH = 128;
  private static final int NOTE_WEIGHT = 96;

  /** One value that is not in the event as it was given. */
  record Note(String path, FieldDrop drop) {}

  private final List<Note> notes = new ArrayList<>(0);
  private final Set<String> redacted = new LinkedHashSet<>(0);
  private int dropped;
  private int weight;

  void drop(String path, FieldDrop why) {
    dropped++;
    if (notes.size() < MAX_NOTES) {
      add(new Note(cut(path), why));
    }
  }

  private void add(Note note) {
    notes.add(note);
    weight += NOTE_WEIGHT + note.path().length();
  }

  void redact(String path) {
    if (redacted.size() < Ingest.MAX_REDACTED_PATHS) {
      String cut = cut(path);
      if (redacted.add(cut)) {
        weight += NOTE_WEIGHT + cut.length();
      }
    }
  }

  /** Takes over what another one holds. */
  void addAll(FieldNotes other) {
    dropped += other.dropped;
    for (Note note : other.notes) {
      if (notes.size() < MAX_NOTES) {
        add(note);
      }
    }
    other.redacted.forEach(this::redact);
  }

  /** Bytes of memory kept alive, about. */
  int weight() {
    return weight;
  }

  /** The first few; {@link #dropped} counts all. */
  List<Note> notes() {
    return notes;
  }

  int dropped() {
    return dropped;
  }

  List<String> redacted() {
    return List.copyOf(redacted);
  }

  private static String cut(String path) {
    if (path.length() <= MAX_PATH_LENGTH) {
      return path;
    }
    boolean cutsPair = Character.isHighSurrogate(path.charAt(MAX_PATH_LENGTH - 1));
    return path.substring(0, cutsPair ? MAX_PATH_LENGTH - 1 : MAX_PATH_LENGTH) + '…';
  }
}
