package io.wideevents.gateway.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The preferences of a request for its reply: the header {@code Prefer} of RFC 7240. Unknown
 * preferences and values are ignored, as the RFC demands.
 */
record Preferences(Handling handling, Listing listing) {
  static final Preferences NONE = new Preferences(Handling.DEFAULT, Listing.DEFAULT);

  /** What happens to the valid events of a body that also has invalid events. */
  enum Handling {
    /** They are published, and the reply is 207. */
    DEFAULT(""),
    /** Nothing is published, and the reply is 422. */
    STRICT("handling=strict"),
    /** They are published, and the reply is 202 and lists the rejected events. */
    LENIENT("handling=lenient");

    private final String preference;

    Handling(String preference) {
      this.preference = preference;
    }

    private static Handling named(String preference) {
      for (Handling handling : values()) {
        if (handling.preference.equals(preference)) {
          return handling;
        }
      }
      return DEFAULT;
    }
  }

  /** Which entries a reply lists. Rejected events are always listed. */
  enum Listing {
    /** All entries, except those of a large batch of which every event was accepted. */
    DEFAULT(""),
    /** Only rejected events. */
    MINIMAL("return=minimal"),
    /** All entries. */
    ALL("return=representation");

    private final String preference;

    Listing(String preference) {
      this.preference = preference;
    }

    private static Listing named(String preference) {
      for (Listing listing : values()) {
        if (listing.preference.equals(preference)) {
          return listing;
        }
      }
      return DEFAULT;
    }
  }

  /**
   * Reads the header. The first of several values of a preference counts.
   *
   * @param headers one item per header line; each may list several preferences
   */
  static Preferences of(List<String> headers) {
    if (headers.isEmpty()) {
      return NONE;
    }
    Handling handling = Handling.DEFAULT;
    Listing listing = Listing.DEFAULT;
    for (String header : headers) {
      for (String preference : preferences(header)) {
        if (handling == Handling.DEFAULT) {
          handling = Handling.named(preference);
        }
        if (listing == Listing.DEFAULT) {
          listing = Listing.named(preference);
        }
      }
    }
    return new Preferences(handling, listing);
  }

  /** The value of the header {@code Preference-Applied}; empty when there is no preference. */
  String applied() {
    return Stream.of(handling.preference, listing.preference)
        .filter(preference -> !preference.isEmpty())
        .collect(Collectors.joining(", "));
  }

  /**
   * The items of the header without their parameters, in lower case, without white space and
   * quotes. A comma or semicolon inside quotes separates nothing.
   */
  private static List<String> preferences(String header) {
    List<String> found = new ArrayList<>();
    StringBuilder item = new StringBuilder();
    boolean isQuoted = false;
    boolean inParameters = false;
    for (int i = 0; i < header.length(); i++) {
      char c = header.charAt(i);
      if (c == '"') {
        isQuoted = !isQuoted;
      } else if (c == ',' && !isQuoted) {
        found.add(item.toString());
        item.setLength(0);
        inParameters = false;
      } else if (c == ';' && !isQuoted) {
        inParameters = true;
      } else if (!inParameters && c != ' ' && c != '\t') {
        item.append(c);
      }
    }
    found.add(item.toString());
    return found.stream().map(preference -> preference.toLowerCase(Locale.ROOT)).toList();
  }
}
