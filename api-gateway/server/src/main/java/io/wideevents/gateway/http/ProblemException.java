package io.wideevents.gateway.http;

import io.wideevents.logging.CodedError;

/**
 * Ends the handling of a request with a {@link Problem}. It is an expected reply: it has no stack
 * trace and is not logged.
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

  @Override
  public String errorCode() {
    return problem.code();
  }
}
