package io.wideevents.delivery.simulation;

/** Something that must not happen has happened. */
final class Violation extends AssertionError {
  private static final long serialVersionUID = 1L;

  Violation(String message) {
    super(message);
  }
}
