package io.wideevents.gateway.access;

import io.wideevents.codec.IntakeMode;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An API key, identified by its hash. Immutable.
 *
 * @param name shown in logs and used for rate limits; unique in a file
 * @param scopes at least one
 * @param intake how strictly its events are read; empty for the intake of the gateway
 */
record ApiKey(String name, KeyHash hash, Set<Scope> scopes, Optional<IntakeMode> intake) {
  static final String NAME_FORM =
      "1 to 64 letters, digits, '.', '_' and '-', the first a letter or digit";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  ApiKey {
    if (!isName(name)) {
      throw new IllegalArgumentException("A key's name has " + NAME_FORM);
    }
    if (scopes.isEmpty()) {
      throw new IllegalArgumentException("A key has a scope");
    }
    scopes = Set.copyOf(scopes);
  }

  static boolean isName(String text) {
    return NAME.matcher(text).matches();
  }

  /** The key's line in a keys file, without a line break. */
  String line() {
    return "%s:%s:%s%s"
        .formatted(
            name,
            hash.hex(),
            EnumSet.copyOf(scopes).stream().map(Scope::label).collect(Collectors.joining(",")),
            intake.map(how -> ':' + how.text()).orElse(""));
  }
}
