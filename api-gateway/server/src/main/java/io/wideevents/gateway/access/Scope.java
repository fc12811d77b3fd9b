package io.wideevents.gateway.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** A permission of an API key. No scope implies another. */
public enum Scope {
  /** May post events. */
  INGEST,
  /** May read stored events. */
  QUERY,
  /** May administer the gateway. */
  ADMIN;

  /** The name in files, messages and on the command line: lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the scope with this label, in any case of letters; empty if there is none. */
  public static Optional<Scope> labelled(String label) {
    return Arrays.stream(values())
        .filter(scope -> scope.label().equalsIgnoreCase(label))
        .findFirst();
  }

  /** All labels, separated by commas, for messages. */
  public static String labels() {
    return Arrays.stream(values()).map(Scope::label).collect(Collectors.joining(", "));
  }
}
