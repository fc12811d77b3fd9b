package io.wideevents.gateway.http;

import io.wideevents.logging.CodedError;

/**
 * Ends the handling of a request with a {@link Problem}. An expected answer, not a failure: it has
 * no stack trace and is never logged.
 */
final class ProblemException extends RuntimeException implements CodedError {
  private static final long serialVersionUID = 1;

  private final transient Problem problem;

  ProblemException(Problem problem) {
    super(problem.detail(), null, false, false);
    this.problem = problem;
  }

  Problem problem() {
    return problem;
  }

  /** The problem's own code, as its reply says it. */
  @Override
  public String errorCode() {
    return problem.code();
  }
}
