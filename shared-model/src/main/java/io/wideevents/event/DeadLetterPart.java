package io.wideevents.event;

import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/** A part of a record that a dead letter may lack: a closed list, used in headers and metrics. */
public enum DeadLetterPart {
  /** The value: the letter is a stub, which holds its head at most and cannot be replayed. */
  VALUE,
  /** The key. */
  KEY,
  /** The record's own headers. */
  HEADERS,
  /** The end of the text that says what was wrong. */
  ERROR;

  /** The name on the wire and in metrics. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The value of {@link DeadLetterFormat#CUT}. */
  public static String labels(Collection<DeadLetterPart> parts) {
    return parts.stream().map(DeadLetterPart::label).collect(Collectors.joining(","));
  }
}
