package io.wideevents.codec;

import io.wideevents.event.DeadLetterReason;
import io.wideevents.event.EventProblem;
import io.wideevents.event.EventProblem.Position;
import io.wideevents.event.ProblemCode;
import java.util.List;
import java.util.stream.Collectors;

/** Determines from the problems of a record why it is poison. */
final class Poisons {
  private static final int MAX_REPORTED = 5;

  private Poisons() {}

  /**
   * @param problems at least one
   */
  static RecordResult.Poison of(List<EventProblem> problems) {
    String message =
        problems.stream()
            .limit(MAX_REPORTED)
            .map(Poisons::describe)
            .collect(Collectors.joining("; "));
    int unreported = problems.size() - MAX_REPORTED;
    return new RecordResult.Poison(
        reasonOf(problems), unreported > 0 ? message + "; and " + unreported + " more" : message);
  }

  private static DeadLetterReason reasonOf(List<EventProblem> problems) {
    // Unreadable text has only one problem, and size is more important than other problems. Expired
    // records are normal after a long outage, so that reason is reported only if there is no other.
    if (has(problems, ProblemCode.MALFORMED_JSON)
        || has(problems, ProblemCode.INVALID_UTF8)
        || has(problems, ProblemCode.BYTE_ORDER_MARK)) {
      return DeadLetterReason.MALFORMED;
    }
    if (has(problems, ProblemCode.EVENT_TOO_LARGE)
        || has(problems, ProblemCode.DOCUMENT_TOO_LARGE)) {
      return DeadLetterReason.TOO_LARGE;
    }
    return problems.stream()
            .allMatch(problem -> problem.code().equals(ProblemCode.TIMESTAMP_EXPIRED.code()))
        ? DeadLetterReason.EXPIRED
        : DeadLetterReason.INVALID;
  }

  private static boolean has(List<EventProblem> problems, ProblemCode code) {
    return problems.stream().anyMatch(problem -> problem.code().equals(code.code()));
  }

  private static String describe(EventProblem problem) {
    Position position = problem.position();
    return problem.code()
        + (problem.field().isEmpty() ? "" : " " + problem.field())
        + (position == null ? "" : " (%d:%d)".formatted(position.line(), position.column()))
        + ": "
        + problem.message();
  }
}
