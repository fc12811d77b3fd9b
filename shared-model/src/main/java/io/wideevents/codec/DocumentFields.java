package io.wideevents.codec;

import org.jspecify.annotations.Nullable;

/**
 * Writes an event's fields into its document. Writes nothing if the event is only checked, and
 * nothing after its first problem, because an event with a problem gets no document. Not safe for
 * concurrent use.
 */
final class DocumentFields {
  private final @Nullable DocumentBuffer document;
  private final EventProblems problems;

  /**
   * @param document inside which the fields are written; null if there is none
   */
  DocumentFields(@Nullable DocumentBuffer document, EventProblems problems) {
    this.document = document;
    this.problems = problems;
  }

  void name(FieldName name) {
    if (document != null && problems.isEmpty()) {
      document.name(name.utf8());
    }
  }

  void startObject() {
    if (document != null && problems.isEmpty()) {
      document.startObject();
    }
  }

  void endObject() {
    if (document != null && problems.isEmpty()) {
      document.end();
    }
  }

  void startArray() {
    if (document != null && problems.isEmpty()) {
      document.startArray();
    }
  }

  void endArray() {
    if (document != null && problems.isEmpty()) {
      document.end();
    }
  }

  void text(String text) {
    if (document != null && problems.isEmpty()) {
      document.text(text);
    }
  }

  /** Writes the current text. Decodes it only if it is written. */
  void text(EventTokens tokens) {
    if (document != null && problems.isEmpty()) {
      tokens.copyText(document);
    }
  }

  void number(NumberReader number) {
    if (document != null && problems.isEmpty()) {
      number.writeTo(document);
    }
  }

  void date(long epochMillis) {
    if (document != null && problems.isEmpty()) {
      document.date(epochMillis);
    }
  }

  void bool(boolean value) {
    if (document != null && problems.isEmpty()) {
      document.bool(value);
    }
  }

  void nothing() {
    if (document != null && problems.isEmpty()) {
      document.nothing();
    }
  }
}
