package io.wideevents.event;

import org.jspecify.annotations.Nullable;

/**
 * One reason why an event, or a whole body, is refused: for a program ({@code code}), for the eye
 * ({@code message}) and for the hands ({@code fix}). Carries names and positions, never values: an
 * event's content stays out of logs and replies.
 *
 * @param code stable, snake_case, for example {@code missing_field}
 * @param field path of the field with dots and {@code [n]}, for example {@code
 *     performance.durationMs}; empty when the problem is not one field's
 * @param message what is wrong
 * @param fix what to do instead
 * @param position where in the text; null when it has no single place (a missing field)
 */
public record EventProblem(
    String code, String field, String message, String fix, @Nullable Position position) {

  /**
   * A place in a text, both counted from 1; columns are bytes.
   *
   * @param line the line, counted over the whole body
   * @param column the column in that line
   */
  public record Position(long line, int column) {}
}
