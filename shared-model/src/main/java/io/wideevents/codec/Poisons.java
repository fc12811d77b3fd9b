package io.wideevents.codec;

import io.wideevents.event.DeadLetterReason;
import io.wideevents.event.EventProblem;
import io.wideevents.event.EventProblem.Position;
import io.wideevents.event.ProblemCode;
import java.util.List;
import java.util.stream.Collectors;

/** Tells why a record is poison, from the problems found in it. */
final class Poisons {
  private static final int MAX_TOLD = 5;

  private Poisons() {}

  /**
   * @param problems at least one
   */
  static RecordResult.Poison of(List<EventProblem> problems) {
    String message =
        problems.stream().limit(MAX_TOLD).map(Poisons::tell).collect(Collectors.joining("; "));
    int untold = problems.size() - MAX_TOLD;
    return new RecordResult.Poison(
        reasonOf(problems), untold > 0 ? message + "; and " + untold + " more" : message);
  }

  private static DeadLetterReason reasonOf(List<EventProblem> problems) {
    // Unreadable text has one problem only, and size matters more than what else is wrong. Expired
    // is normal after a long outage, and so only told when nothing else is wrong.
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

  private static String tell(EventProblem problem) {
    Position position = problem.position();
    return problem.code()
        + (problem.field().isEmpty() ? "" : " " + problem.field())
        + (position == null ? "" : " (%d:%d)".formatted(position.line(), position.column()))
        + ": "
        + problem.message();
  }
}
