package io.wideevents.logging.sampling;

import java.util.Objects;

/**
 * A sampling rule. Immutable.
 *
 * @param name name in events, logs and metrics: the text of the condition
 * @param rate one event in this many is kept, at least 1; 1 keeps all
 */
public record SamplingRule(String name, Condition condition, long rate) {

  public SamplingRule {
    // Fails at the start of a process instead of when an event is finalized.
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(condition, "condition");
    if (rate < 1) {
      throw new IllegalArgumentException("rate=" + rate + " is below 1");
    }
  }

  /** The condition of a rule. */
  public sealed interface Condition {
    /** Whether the rule decides about this event. */
    boolean matches(Candidate event);
  }

  /** Matches requests that failed. */
  record Failed() implements Condition {
    @Override
    public boolean matches(Candidate event) {
      return event.failed();
    }
  }

  /** Matches requests that took longer than this many milliseconds. */
  record Slower(double millis) implements Condition {
    @Override
    public boolean matches(Candidate event) {
      return event.durationMillis() > millis;
    }
  }

  /** Matches requests of a route, or with {@code openEnd} of all routes with this prefix. */
  record OnRoute(String route, boolean openEnd) implements Condition {
    @Override
    public boolean matches(Candidate event) {
      return openEnd ? event.route().startsWith(route) : event.route().equals(route);
    }
  }

  /** Matches requests of one user. */
  record OfUser(String id) implements Condition {
    @Override
    public boolean matches(Candidate event) {
      return id.equals(event.userId());
    }
  }

  /** Matches every request. */
  record Rest() implements Condition {
    @Override
    public boolean matches(Candidate event) {
      return true;
    }
  }
}
