package io.wideevents.codec;

import io.wideevents.event.ProblemCode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which values were dropped, shortened or redacted when an event was composed. Limited in size,
 * because a loop may repeat a mistake a million times. Not safe for concurrent use.
 */
final class FieldNotes {
  private static final int MAX_NOTES = 10;
  private static final int MAX_PATH_LENGTH = 128;
  private static final int NOTE_WEIGHT = 96;

  /** One value that is missing or changed in the event. */
  record Note(String path, ProblemCode problem) {}

  private final List<Note> notes = new ArrayList<>(0);
  private final Set<String> redacted = new LinkedHashSet<>(0);
  private int dropped;
  private int weight;

  void drop(String path, ProblemCode why) {
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

  void addAll(FieldNotes other) {
    dropped += other.dropped;
    for (Note note : other.notes) {
      if (notes.size() < MAX_NOTES) {
        add(note);
      }
    }
    other.redacted.forEach(this::redact);
  }

  /** Approximate bytes of memory kept alive. */
  int weight() {
    return weight;
  }

  /** The first few notes; {@link #dropped} counts all. */
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
