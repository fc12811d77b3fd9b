package io.wideevents.config;

import java.util.regex.Pattern;

/** Takes what is secret out of a value before it is shown. */
final class Masking {
  static final String MASK = "***";

  /**
   * Up to the last {@code @}, so that a password with an unescaped {@code @} or {@code /} in it is
   * masked whole; an address without a password may lose its host in rare cases, never the reverse.
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
      // Public values are searched as well: a password put into the wrong setting stays unseen.
      case PUBLIC, CREDENTIALS -> maskAddress(text);
    };
  }

  private static String maskAddress(String text) {
    String noPassword = PASSWORD.matcher(text).replaceAll("$1:" + MASK + "@");
    return PARAMETER.matcher(noPassword).replaceAll("$1" + MASK);
  }
}
