package io.wideevents.logging.sampling;

import java.util.Objects;

/**
 * One rule: the events it is about, and which share of them is kept.
 *
 * @param name what events, logs and metrics call it: the text of its condition
 * @param rate one event of so many is kept, at least 1; 1 keeps all
 */
public record SamplingRule(String name, Condition condition, long rate) {

  public SamplingRule {
    // At the start of a process, not when an event is finalized.
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(condition, "condition");
    if (rate < 1) {
      throw new IllegalArgumentException("rate=" + rate + " is below 1");
    }
  }

  /** Which events a rule is about. */
  public sealed interface Condition {
    /** Whether the rule decides about this event. */
    boolean matches(Candidate event);
  }

  /** Requests that failed. */
  record Failed() implements Condition {
    @Override
    public boolean matches(Candidate event) {
      return event.failed();
    }
  }

  /** Requests that took longer. */
  record Slower(double millis) implements Condition {
    @Override
    public boolean matches(Candidate event) {
      return event.durationMillis() > millis;
    }
  }

  /** Requests of a route, or of all routes that begin alike. */
  record OnRoute(String route, boolean openEnd) implements Condition {
    @Override
    public boolean matches(Candidate event) {
      return openEnd ? event.route().startsWith(route) : event.route().equals(route);
    }
  }

  /** Requests of one user. */
  record OfUser(String id) implements Condition {
    @Override
    public boolean matches(Candidate event) {
      return id.equals(event.userId());
    }
  }

  /** Whatever is left. */
  record Rest() implements Condition {
    @Override
    public boolean matches(Candidate event) {
      return true;
    }
  }
}
