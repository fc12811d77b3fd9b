package io.wideevents.event;

import org.jspecify.annotations.Nullable;

/**
 * One reason why an event or a whole body is rejected. Contains names and positions, never values,
 * because an event's content must not get into logs and replies.
 *
 * @param code for programs; stable, snake_case, for example {@code missing_field}
 * @param field path of the field with dots and {@code [n]}, for example {@code
 *     performance.durationMs}; empty if the problem does not concern one field
 * @param message what is wrong
 * @param fix what to do instead
 * @param position where in the text; null if there is no single position (a missing field)
 */
public record EventProblem(
    String code, String field, String message, String fix, @Nullable Position position) {

  /** The problem without its position. */
  public EventProblem withoutPosition() {
    return new EventProblem(code, field, message, fix, null);
  }

  /**
   * A position in a text, counted from 1; columns are bytes.
   *
   * @param line the line, counted over the whole body
   * @param column the column in that line
   */
  public record Position(long line, int column) {}
}
