package io.wideevents.gateway.access;

/** Whether a request may go on, by its key. */
public sealed interface Admission {

  /** It may, in this name. */
  record Granted(Caller caller) implements Admission {}

  /** It brought no key, or its {@code Authorization} is of another kind. */
  record NoKey() implements Admission {}

  /** It brought a key that is none of ours. */
  record UnknownKey() implements Admission {}

  /** Its key is good, but not for this. */
  record ScopeMissing(Caller caller, Scope needed) implements Admission {}
}
