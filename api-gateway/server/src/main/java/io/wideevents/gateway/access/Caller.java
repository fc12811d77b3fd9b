package io.wideevents.gateway.access;

import io.wideevents.codec.IntakeMode;
import java.util.Optional;

/**
 * The sender of a request, as identified by its API key.
 *
 * @param name the key's name; empty for {@link #ANONYMOUS}
 * @param intake how strictly its events are read; empty for the intake of the gateway
 */
public record Caller(String name, Optional<IntakeMode> intake) {
  /** The caller of every request while no keys are configured. */
  public static final Caller ANONYMOUS = new Caller("");

  /** A caller whose events are read as the gateway is set to. */
  public Caller(String name) {
    this(name, Optional.empty());
  }
}
