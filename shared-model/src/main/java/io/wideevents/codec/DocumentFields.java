package io.wideevents.codec;

import org.bson.BsonWriter;
import org.jspecify.annotations.Nullable;

/**
 * Writes an event's fields into its document. Writes nothing if the event is only checked, and
 * nothing after its first problem, because an event with a problem gets no document. Not safe for
 * concurrent use.
 */
final class DocumentFields {
  private final @Nullable BsonWriter writer;
  private final EventProblems problems;

  /**
   * @param writer positioned inside the document; null if there is none
   */
  DocumentFields(@Nullable BsonWriter writer, EventProblems problems) {
    this.writer = writer;
    this.problems = problems;
  }

  void name(String name) {
    if (writer != null && problems.isEmpty()) {
      writer.writeName(name);
    }
  }

  void startObject() {
    if (writer != null && problems.isEmpty()) {
      writer.writeStartDocument();
    }
  }

  void endObject() {
    if (writer != null && problems.isEmpty()) {
      writer.writeEndDocument();
    }
  }

  void startArray() {
    if (writer != null && problems.isEmpty()) {
      writer.writeStartArray();
    }
  }

  void endArray() {
    if (writer != null && problems.isEmpty()) {
      writer.writeEndArray();
    }
  }

  /** Whether texts are needed: decoding a text is most of its cost. */
  boolean takesTexts() {
    return writer != null && problems.isEmpty();
  }

  void text(String text) {
    if (writer != null && problems.isEmpty()) {
      writer.writeString(text);
    }
  }

  void number(NumberReader number) {
    if (writer != null && problems.isEmpty()) {
      number.writeTo(writer);
    }
  }

  void date(long epochMillis) {
    if (writer != null && problems.isEmpty()) {
      writer.writeDateTime(epochMillis);
    }
  }

  void bool(boolean value) {
    if (writer != null && problems.isEmpty()) {
      writer.writeBoolean(value);
    }
  }

  void nothing() {
    if (writer != null && problems.isEmpty()) {
      writer.writeNull();
    }
  }
}
