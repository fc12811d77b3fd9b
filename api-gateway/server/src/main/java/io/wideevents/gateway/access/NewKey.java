package io.wideevents.gateway.access;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;

/**
 * A key made a moment ago: the only time its text is known. Immutable; {@link #toString} does not
 * show it.
 */
public final class NewKey {
  private static final int RANDOM_BYTES = 32;
  // Says what it is to whoever finds it, scanners for leaked secrets among them.
  private static final String PREFIX = "wide_";

  private final String text;
  private final ApiKey key;

  private NewKey(String text, ApiKey key) {
    this.text = text;
    this.key = key;
  }

  /**
   * Makes a key of 256 random bits.
   *
   * @param name as {@link #isName} wants it
   * @param scopes at least one
   */
  public static NewKey make(String name, Set<Scope> scopes) {
    byte[] random = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(random);
    String text = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    return new NewKey(text, new ApiKey(name, KeyHash.of(text), scopes));
  }

  /** Whether a key may be called so. */
  public static boolean isName(String text) {
    return ApiKey.isName(text);
  }

  /** What {@link #isName} wants, in words. */
  public static String nameForm() {
    return ApiKey.NAME_FORM;
  }

  /** What the client sends after {@code Bearer}. */
  public String text() {
    return text;
  }

  /** The line for the keys file, without a line end; not secret. */
  public String line() {
    return key.line();
  }

  @Override
  public String toString() {
    return "NewKey[" + key.name() + "]";
  }
}
