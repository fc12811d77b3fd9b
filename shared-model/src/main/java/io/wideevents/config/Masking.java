package io.wideevents.config;

import java.util.regex.Pattern;

/** Masks the secret part of a value before it is shown. */
final class Masking {
  static final String MASK = "***";

  /**
   * Matches up to the last {@code @}, so that a password with an unescaped {@code @} or {@code /}
   * is masked completely. Rarely this also masks the host of an address without a password; it
   * never shows a password.
   */
  private static final Pattern PASSWORD = Pattern.compile("(://[^:/@]*):.*@");

  /** Query parameters of an address, such as {@code tlsCertificateKeyFilePassword=…}. */
  private static final Pattern PARAMETER =
      Pattern.compile(
          "(?i)([?&;][^=&;]*(?:password|secret|token|authMechanismProperties)[^=&;]*=)[^&;]*");

  private Masking() {}

  static String mask(Secrecy secrecy, String text) {
    return switch (secrecy) {
      case SECRET -> MASK;
      // Public values are searched as well, because a user may put a password into the wrong
      // setting.
      case PUBLIC, CREDENTIALS -> maskAddress(text);
    };
  }

  private static String maskAddress(String text) {
    String noPassword = PASSWORD.matcher(text).replaceAll("$1:" + MASK + "@");
    return PARAMETER.matcher(noPassword).replaceAll("$1" + MASK);
  }
}
