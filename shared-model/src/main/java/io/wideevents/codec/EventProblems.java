package io.wideevents.codec;

import io.wideevents.event.EventProblem;
import io.wideevents.event.EventProblem.Position;
import io.wideevents.event.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.TokenStreamContext;
import tools.jackson.core.TokenStreamLocation;

/**
 * Collects the problems of one event, up to a limit: a person corrects the first few and posts
 * again. Not safe for concurrent use.
 */
final class EventProblems {
  static final int MAX_PROBLEMS = 20;

  private static final int MAX_PATH_LENGTH = 256;

  private final JsonParser parser;
  private final long firstLine;
  private final int eventDepth;
  private final List<EventProblem> problems = new ArrayList<>(2);

  /**
   * @param parser positioned at the subject of a problem when the problem is added
   * @param firstLine the line of the body at which the parser's text begins, from 1
   * @param eventDepth nesting depth of the event's own object in the parser's text
   */
  EventProblems(JsonParser parser, long firstLine, int eventDepth) {
    this.parser = parser;
    this.firstLine = firstLine;
    this.eventDepth = eventDepth;
  }

  boolean isEmpty() {
    return problems.isEmpty();
  }

  List<EventProblem> all() {
    return problems;
  }

  /** Adds a problem of the field or array item at the parser's position. */
  void addHere(ProblemCode code, String message, String fix) {
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
    return positionOf(parser.currentTokenLocation());
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
    if (problems.size() == MAX_PROBLEMS) {
      problems.removeLast();
    }
    problems.addFirst(new EventProblem(code.code(), "", message, fix, null));
  }

  private void add(
      ProblemCode code, String field, String message, String fix, @Nullable Position position) {
    if (problems.size() < MAX_PROBLEMS) {
      problems.add(new EventProblem(code.code(), field, message, fix, position));
    }
  }

  /** The path of the field or array item at the parser's position, from the event's own object. */
  String path() {
    StringBuilder path = new StringBuilder();
    appendPath(path, parser.streamReadContext());
    if (path.length() > MAX_PATH_LENGTH) {
      boolean cutsPair = Character.isHighSurrogate(path.charAt(MAX_PATH_LENGTH - 1));
      path.setLength(cutsPair ? MAX_PATH_LENGTH - 1 : MAX_PATH_LENGTH);
      path.append('…');
    }
    return path.toString();
  }

  private void appendPath(StringBuilder path, @Nullable TokenStreamContext context) {
    if (context == null || context.getNestingDepth() < eventDepth) {
      return;
    }
    appendPath(path, context.getParent());
    if (context.inArray() && context.hasCurrentIndex()) {
      path.append('[').append(context.getCurrentIndex()).append(']');
    } else if (context.inObject() && context.hasCurrentName()) {
      if (context.getNestingDepth() > eventDepth) {
        path.append('.');
      }
      String name = context.currentName();
      path.append(name, 0, Math.min(name.length(), MAX_PATH_LENGTH + 1));
    }
  }

  private Position positionOf(TokenStreamLocation location) {
    return new Position(firstLine + location.getLineNr() - 1, location.getColumnNr());
  }
}
