package io.wideevents.otlp;

import io.wideevents.event.EventProblem;
import io.wideevents.event.ProblemCode;

/** One span or log record breaks a rule. The rest of its body is not affected. */
final class RejectedItemException extends Exception {
  private static final long serialVersionUID = 1;

  private final transient EventProblem problem;

  RejectedItemException(ProblemCode code, String field, String message, String fix) {
    super(message, null, false, false);
    this.problem = new EventProblem(code.code(), field, message, fix, null);
  }

  EventProblem problem() {
    return problem;
  }
}
