package io.wideevents.gateway.http;

/**
 * Ends the handling of a request with a {@link Problem}. An expected answer, not a failure: it has
 * no stack trace and is never logged.
 */
final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Problem problem;

  ProblemException(Problem problem) {
    super(problem.detail(), null, false, false);
    this.problem = problem;
  }

  Problem problem() {
    return problem;
  }
}
