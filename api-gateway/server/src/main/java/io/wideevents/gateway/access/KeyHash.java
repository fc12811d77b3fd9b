package io.wideevents.gateway.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The SHA-256 of a key. A slow hash is not needed, because keys are 256 random bits and cannot be
 * guessed from a dictionary. Immutable; {@link #toString} does not show it.
 */
final class KeyHash {
  private static final int HEX_DIGITS = 64;

  private final byte[] digest;

  private KeyHash(byte[] digest) {
    this.digest = digest;
  }

  static KeyHash of(String key) {
    try {
      return new KeyHash(
          MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-256", e);
    }
  }

  /** Parses 64 hexadecimal digits; empty for any other text. */
  static Optional<KeyHash> parse(String hex) {
    if (hex.length() != HEX_DIGITS || !hex.chars().allMatch(HexFormat::isHexDigit)) {
      return Optional.empty();
    }
    return Optional.of(new KeyHash(HexFormat.of().parseHex(hex)));
  }

  /** Compares in constant time. */
  boolean matches(KeyHash other) {
    return MessageDigest.isEqual(digest, other.digest);
  }

  /** 64 lower-case hexadecimal digits, for a keys file. */
  String hex() {
    return HexFormat.of().formatHex(digest);
  }

  @Override
  public String toString() {
    return "KeyHash[***]";
  }
}
