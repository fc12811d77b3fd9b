package io.wideevents.stack;

import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Where a server that tests share comes from. */
enum ServerSource {
  /** It runs already; the environment has its address. */
  GIVEN,
  /** Testcontainers starts it, on a Docker engine. */
  CONTAINERS,
  /** It is started on this machine without Docker, or stands in for the real one. */
  EMBEDDED;

  /** Forces one source, as a system property; stronger than {@link #VARIABLE}. */
  static final String PROPERTY = "wideevents.stack";

  /** Forces one source, in the environment. */
  static final String VARIABLE = "TEST_STACK";

  private static final String ANY = "auto";

  /** Whether a source was asked for, and which. */
  record Wish(String text) {
    /** The property if there is one, else the variable, else {@code auto}. */
    static Wish of(Map<?, ?> properties, Map<String, String> environment) {
      Object property = properties.get(PROPERTY);
      String text =
          property != null && !property.toString().isBlank()
              ? property.toString()
              : environment.getOrDefault(VARIABLE, "");
      return new Wish(text.isBlank() ? ANY : text.strip().toLowerCase(Locale.ROOT));
    }

    /** Whether nothing was forced, so that a source that fails may be replaced by the next. */
    boolean isAny() {
      return text.equals(ANY);
    }
  }

  /**
   * Chooses: what was forced; else a given address, else a container where an engine answers, else
   * what needs nothing.
   *
   * @param addressSetting the variable with the address, for messages
   * @param given whether it is set
   * @param engine asked only when the answer matters
   * @throws IllegalArgumentException if the wish is unknown
   * @throws IllegalStateException if what was forced cannot be had
   */
  static ServerSource choose(
      Wish wish, String addressSetting, boolean given, BooleanSupplier engine) {
    return switch (wish.text()) {
      case ANY -> {
        if (given) {
          yield GIVEN;
        }
        yield engine.getAsBoolean() ? CONTAINERS : EMBEDDED;
      }
      case "given" -> {
        if (!given) {
          throw new IllegalStateException(
              "%s=given needs %s; set it, or choose containers or embedded"
                  .formatted(VARIABLE, addressSetting));
        }
        yield GIVEN;
      }
      case "containers" -> {
        if (!engine.getAsBoolean()) {
          throw new IllegalStateException(
              "%s=containers needs a Docker engine and none answers; start one, or name it in DOCKER_HOST"
                  .formatted(VARIABLE));
        }
        yield CONTAINERS;
      }
      case "embedded" -> EMBEDDED;
      default ->
          throw new IllegalArgumentException(
              "%s=%s is not one of auto, given, containers, embedded"
                  .formatted(VARIABLE, wish.text()));
    };
  }
}
