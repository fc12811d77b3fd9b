package io.wideevents.codec;

import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/**
 * What a lenient intake infers for events that do not follow the rules. Immutable.
 *
 * @param nestsDottedNames whether {@code "http.status":200} is read as {@code
 *     "http":{"status":200}}
 * @param lastNameWins whether the last of several equal names of an object is kept
 * @param zone zone of times without an offset; empty to leave them invalid
 * @param eventsAt names of the members that lead to the events in a wrapper; empty for no wrapper
 * @param service where events without a service get it from
 * @param route where events without a route get it from
 */
public record LenientRules(
    boolean nestsDottedNames,
    boolean lastNameWins,
    Optional<ZoneId> zone,
    List<String> eventsAt,
    Fallback service,
    Fallback route) {
  static final String OPTIONS =
      "nest, last-wins, zone=, events=, service=, route=, service-field=, route-field=";

  /**
   * The sources of a missing text, the first one first.
   *
   * @param field path of another field of the event, with dots
   * @param header value of the request's header
   * @param text default of the key or of the gateway
   */
  public record Fallback(Optional<String> field, Optional<String> header, Optional<String> text) {
    static final Fallback NONE = new Fallback(Optional.empty(), Optional.empty(), Optional.empty());

    private Fallback withHeader(Optional<String> sent) {
      return new Fallback(field, sent, text);
    }
  }

  public LenientRules {
    eventsAt = List.copyOf(eventsAt);
  }

  /** Infers only what no option asks for. */
  static final LenientRules PLAIN =
      new LenientRules(false, false, Optional.empty(), List.of(), Fallback.NONE, Fallback.NONE);

  /** These rules for a request with headers that name its service and route. */
  public LenientRules withHeaders(Optional<String> service, Optional<String> route) {
    return new LenientRules(
        nestsDottedNames,
        lastNameWins,
        zone,
        eventsAt,
        this.service.withHeader(service),
        this.route.withHeader(route));
  }

  /**
   * These rules with one more option.
   *
   * @throws IllegalArgumentException if there is no such option; the message does not quote it
   */
  LenientRules with(String option) {
    int equals = option.indexOf('=');
    String name = equals < 0 ? option : option.substring(0, equals);
    String value = equals < 0 ? "" : option.substring(equals + 1).strip();
    if (value.isEmpty() != (name.equals("nest") || name.equals("last-wins"))) {
      throw unknownOption();
    }
    return switch (name) {
      case "nest" -> new LenientRules(true, lastNameWins, zone, eventsAt, service, route);
      case "last-wins" -> new LenientRules(nestsDottedNames, true, zone, eventsAt, service, route);
      case "zone" -> with(Optional.of(zone(value)), eventsAt, service, route);
      case "events" -> with(zone, pointer(value), service, route);
      case "service" -> with(zone, eventsAt, withText(service, value), route);
      case "service-field" -> with(zone, eventsAt, withField(service, value), route);
      case "route" -> with(zone, eventsAt, service, withText(route, value));
      case "route-field" -> with(zone, eventsAt, service, withField(route, value));
      default -> throw unknownOption();
    };
  }

  private LenientRules with(
      Optional<ZoneId> zone, List<String> eventsAt, Fallback service, Fallback route) {
    return new LenientRules(nestsDottedNames, lastNameWins, zone, eventsAt, service, route);
  }

  private static Fallback withText(Fallback fallback, String text) {
    return new Fallback(fallback.field, fallback.header, Optional.of(text));
  }

  private static Fallback withField(Fallback fallback, String field) {
    return new Fallback(Optional.of(field), fallback.header, fallback.text);
  }

  private static ZoneId zone(String name) {
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "has a zone= that is no time zone such as Europe/Berlin or +09:00", e);
    }
  }

  /** The names in a JSON pointer (RFC 6901) to a member of objects. */
  private static List<String> pointer(String text) {
    if (!text.startsWith("/") || text.length() == 1) {
      throw new IllegalArgumentException("has an events= that is no JSON pointer such as /logs");
    }
    return List.of(text.substring(1).split("/", -1)).stream()
        .map(name -> name.replace("~1", "/").replace("~0", "~"))
        .toList();
  }

  private static IllegalArgumentException unknownOption() {
    return new IllegalArgumentException("has an option other than " + OPTIONS);
  }
}
