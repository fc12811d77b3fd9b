package io.wideevents.gateway.access;

/**
 * The sender of a request, as identified by its API key.
 *
 * @param name the key's name; empty for {@link #ANONYMOUS}
 */
public record Caller(String name) {
  /** The caller of every request while no keys are configured. */
  public static final Caller ANONYMOUS = new Caller("");
}
