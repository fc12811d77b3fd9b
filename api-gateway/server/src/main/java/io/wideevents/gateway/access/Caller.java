package io.wideevents.gateway.access;

/**
 * On whose behalf a request comes.
 *
 * @param name the key's name; empty for everyone together while there are no keys
 */
public record Caller(String name) {
  /** Everyone, while there are no keys. */
  public static final Caller ANONYMOUS = new Caller("");
}
