package io.wideevents.codec;

import io.wideevents.event.ProblemCode;

/**
 * Checks the names of one event's fields: their number, their form, and duplicates within an
 * object. Not safe for concurrent use.
 */
final class FieldNames {
  private final EventRules rules;
  private final EventProblems problems;
  private final DuplicateNames names;
  private int fields;

  /**
   * @param names cleared for this event
   */
  FieldNames(EventRules rules, EventProblems problems, DuplicateNames names) {
    this.rules = rules;
    this.problems = problems;
    this.names = names;
    names.clear();
  }

  /** Starts a new object and returns its number, for {@link #check}. */
  int openObject() {
    return names.openObject();
  }

  /** Checks a name of an object, which is the current token. */
  void check(int object, FieldName name) {
    if (++fields > rules.maxFields()) {
      tooMany();
      return;
    }
    if (!names.add(object, name.text())) {
      problems.addHere(
          ProblemCode.DUPLICATE_KEY,
          "The name occurs twice in its object",
          "Keep one of the two; names are compared with their escapes resolved");
    }
    if (name.problem() != null) {
      badForm(name.problem());
    }
  }

  private void tooMany() {
    // Reported once, at the first field over the limit.
    if (fields == rules.maxFields() + 1) {
      problems.addHere(
          ProblemCode.TOO_MANY_FIELDS,
          "The event has more than %d fields, counted at any depth".formatted(rules.maxFields()),
          "Send lists as arrays, whose items do not count, or split the event");
    }
  }

  private void badForm(ProblemCode problem) {
    switch (problem) {
      case NAME_HAS_NUL ->
          problems.addHere(problem, "The name has a NUL character", "Leave the character out");
      case NAME_TOO_LONG ->
          problems.addHere(
              problem,
              "The name is longer than %d bytes".formatted(rules.names().maxNameBytes()),
              "Shorten the name; put the variable part into the value");
      default -> throw new AssertionError(problem + " is no problem of a name");
    }
  }
}
