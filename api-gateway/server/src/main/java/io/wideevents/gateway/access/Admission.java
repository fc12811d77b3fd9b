package io.wideevents.gateway.access;

/** The result of the check of a request's API key. */
public sealed interface Admission {

  /** The request is granted to this caller. */
  record Granted(Caller caller) implements Admission {}

  /**
   * The request has no key, more than one {@code Authorization} header, or another authentication
   * scheme.
   */
  record NoKey() implements Admission {}

  /** The request's key is unknown. */
  record UnknownKey() implements Admission {}

  /** The request's key is known but lacks the scope. */
  record ScopeMissing(Caller caller, Scope needed) implements Admission {}
}
