package io.wideevents.gateway.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The SHA-256 of a key. Keys are 256 random bits, so nothing slower is needed: there is no
 * dictionary of them. Immutable; never shown by {@link #toString}.
 */
final class KeyHash {
  private static final int HEX_DIGITS = 64;

  private final byte[] digest;

  private KeyHash(byte[] digest) {
    this.digest = digest;
  }

  /** The hash of a key as it travels. */
  static KeyHash of(String key) {
    try {
      return new KeyHash(
          MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-256", e);
    }
  }

  /** Reads 64 hexadecimal digits; empty for anything else. */
  static Optional<KeyHash> parse(String hex) {
    if (hex.length() != HEX_DIGITS || !hex.chars().allMatch(HexFormat::isHexDigit)) {
      return Optional.empty();
    }
    return Optional.of(new KeyHash(HexFormat.of().parseHex(hex)));
  }

  /** Compares in a time that does not depend on where the two differ. */
  boolean matches(KeyHash other) {
    return MessageDigest.isEqual(digest, other.digest);
  }

  /** 64 lower-case digits, for the line of a keys file. */
  String hex() {
    return HexFormat.of().formatHex(digest);
  }

  @Override
  public String toString() {
    return "KeyHash[***]";
  }
}
