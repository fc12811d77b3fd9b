package io.wideevents.gateway.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a key may be used for. No scope implies another. */
public enum Scope {
  /** Posting events. */
  INGEST,
  /** Reading events. */
  QUERY,
  /** Looking after the gateway. */
  ADMIN;

  /** The name in files, messages and on the command line. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The scope of that label, in any case; empty for none. */
  public static Optional<Scope> labelled(String label) {
    return Arrays.stream(values())
        .filter(scope -> scope.label().equalsIgnoreCase(label))
        .findFirst();
  }

  /** All labels, for messages. */
  public static String labels() {
    return Arrays.stream(values()).map(Scope::label).collect(Collectors.joining(", "));
  }
}
