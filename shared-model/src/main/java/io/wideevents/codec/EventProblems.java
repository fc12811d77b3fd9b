package io.wideevents.codec;

import io.wideevents.event.EventProblem;
import io.wideevents.event.EventProblem.Position;
import io.wideevents.event.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Collects the problems of one event, up to a limit: a person corrects the first few and posts
 * again. Not safe for concurrent use.
 */
final class EventProblems {
  static final int MAX_PROBLEMS = 20;

  private static final int MAX_PATH_LENGTH = 256;

  private final EventTokens tokens;
  private final int eventDepth;
  private final List<EventProblem> problems = new ArrayList<>(2);

  /**
   * @param tokens at the opening brace of the event; later at the subject of each problem that is
   *     added
   */
  EventProblems(EventTokens tokens) {
    this.tokens = tokens;
    this.eventDepth = tokens.depth();
  }

  boolean isEmpty() {
    return problems.isEmpty();
  }

  List<EventProblem> all() {
    return problems;
  }

  /** Adds a problem of the field or array item at the parser's position. */
  void addHere(ProblemCode code, String message, String fix) {
    tokens.beforeProblem();
    if (problems.size() < MAX_PROBLEMS) {
      add(code, path(), message, fix, position());
    }
  }

  /** Adds a problem of a field that the parser has passed. */
  void addAt(Position position, ProblemCode code, String field, String message, String fix) {
    add(code, field, message, fix, position);
  }

  /** Where the current token begins. */
  Position position() {
    return tokens.position();
  }

  /** Adds a problem without a position in the text. */
  void addNowhere(ProblemCode code, String field, String message, String fix) {
    add(code, field, message, fix, null);
  }

  /**
   * Adds a problem of the whole event before all others, and removes the last one if there are too
   * many. For the most important problem.
   */
  void addFirst(ProblemCode code, String message, String fix) {
    tokens.beforeProblem();
    if (problems.size() == MAX_PROBLEMS) {
      problems.removeLast();
    }
    problems.addFirst(new EventProblem(code.code(), "", message, fix, null));
  }

  private void add(
      ProblemCode code, String field, String message, String fix, @Nullable Position position) {
    tokens.beforeProblem();
    if (problems.size() < MAX_PROBLEMS) {
      problems.add(new EventProblem(code.code(), field, message, fix, position));
    }
  }

  /** The path of the field or array item at the parser's position, from the event's own object. */
  String path() {
    StringBuilder path = new StringBuilder();
    tokens.appendPath(path, eventDepth, MAX_PATH_LENGTH + 1);
    if (path.length() > MAX_PATH_LENGTH) {
      boolean cutsPair = Character.isHighSurrogate(path.charAt(MAX_PATH_LENGTH - 1));
      path.setLength(cutsPair ? MAX_PATH_LENGTH - 1 : MAX_PATH_LENGTH);
      path.append('…');
    }
    return path.toString();
  }
}
