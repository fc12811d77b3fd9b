package io.wideevents.gateway.access;

import io.wideevents.codec.IntakeMode;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;

/**
 * A new API key with its text. Only this object has the text; the gateway stores the hash.
 * Immutable; {@link #toString} does not show the text.
 */
public final class NewKey {
  private static final int RANDOM_BYTES = 32;
  // Makes a key recognizable, for example to scanners for leaked secrets.
  private static final String PREFIX = "wide_";

  private final String text;
  private final ApiKey key;

  private NewKey(String text, ApiKey key) {
    this.text = text;
    this.key = key;
  }

  /**
   * Creates a key of 256 random bits.
   *
   * @param name must satisfy {@link #isName}
   * @param scopes at least one
   */
  public static NewKey make(String name, Set<Scope> scopes) {
    return make(name, scopes, Optional.empty());
  }

  /**
   * Creates a key of 256 random bits.
   *
   * @param name must satisfy {@link #isName}
   * @param scopes at least one
   * @param intake how strictly its events are read; empty for the intake of the gateway
   */
  public static NewKey make(String name, Set<Scope> scopes, Optional<IntakeMode> intake) {
    byte[] random = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(random);
    String text = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    return new NewKey(text, new ApiKey(name, KeyHash.of(text), scopes, intake));
  }

  /** Whether the text is a valid name of a key. */
  public static boolean isName(String text) {
    return ApiKey.isName(text);
  }

  /** Describes the names that {@link #isName} accepts, for error messages. */
  public static String nameForm() {
    return ApiKey.NAME_FORM;
  }

  /** The secret that the client sends after {@code Bearer}. */
  public String text() {
    return text;
  }

  /** The line for the keys file, without a line break; not secret. */
  public String line() {
    return key.line();
  }

  @Override
  public String toString() {
    return "NewKey[" + key.name() + "]";
  }
}
