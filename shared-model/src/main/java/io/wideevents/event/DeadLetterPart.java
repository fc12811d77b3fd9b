package io.wideevents.event;

import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/** A part of a record that a dead letter may lack: a closed list, used in headers and metrics. */
public enum DeadLetterPart {
  /**
   * The value: the dead letter is a stub, which contains at most the head of the value and cannot
   * be replayed.
   */
  VALUE,
  /** The key. */
  KEY,
  /** The record's own headers. */
  HEADERS,
  /** The end of the error text. */
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
