package io.wideevents.gateway.http;

import io.wideevents.event.EventProblem;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Why a request is refused, as RFC 9457 tells it: for a program ({@code code}), for the eye ({@code
 * detail}) and for the hands ({@code fix}). Immutable.
 *
 * @param status the HTTP status, 400 to 599
 * @param code stable, snake_case
 * @param errors what is wrong in detail; empty when {@code detail} says it all
 * @param headers further response headers
 */
record Problem(
    int status,
    String code,
    String detail,
    String fix,
    List<EventProblem> errors,
    Map<String, String> headers) {
  static final String MEDIA_TYPE = "application/problem+json";

  Problem {
    errors = List.copyOf(errors);
    headers = Map.copyOf(headers);
  }

  Problem(int status, String code, String detail, String fix) {
    this(status, code, detail, fix, List.of(), Map.of());
  }

  Problem withErrors(List<EventProblem> found) {
    return new Problem(status, code, detail, fix, found, headers);
  }

  /**
   * Tells the client when to try again.
   *
   * @param delay rounded up to whole seconds, the header's unit, and to one at least
   */
  Problem retryAfter(Duration delay) {
    return withHeader(
        "Retry-After", Long.toString(Math.max(1, delay.plusNanos(999_999_999).toSeconds())));
  }

  /** For refusals that leave a body unread: what is still on its way is not worth reading. */
  Problem closingConnection() {
    return withHeader("Connection", "close");
  }

  boolean closesConnection() {
    return "close".equals(headers.get("Connection"));
  }

  Problem withHeader(String name, String value) {
    var more = new HashMap<>(headers);
    more.put(name, value);
    return new Problem(status, code, detail, fix, errors, more);
  }
}
