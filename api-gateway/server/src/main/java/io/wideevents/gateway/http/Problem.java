package io.wideevents.gateway.http;

import io.wideevents.event.EventProblem;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The problem document of RFC 9457 for a request: {@code code} is for programs, {@code detail} and
 * {@code fix} are for people. Immutable.
 *
 * @param status HTTP status, 400 to 599
 * @param code stable, snake_case
 * @param errors detailed problems; empty when {@code detail} is complete
 * @param headers additional response headers
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
   * Adds a {@code Retry-After} header.
   *
   * @param delay rounded up to whole seconds, the unit of the header; at least 1 s is sent
   */
  Problem retryAfter(Duration delay) {
    return withHeader(
        "Retry-After", Long.toString(Math.max(1, delay.plusNanos(999_999_999).toSeconds())));
  }

  /** Adds {@code Connection: close}, for rejections that leave the rest of the body unread. */
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
