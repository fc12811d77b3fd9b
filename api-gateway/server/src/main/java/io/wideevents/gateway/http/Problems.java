package io.wideevents.gateway.http;

import io.wideevents.event.EventProblem;
import java.time.Duration;
import java.util.List;

/**
 * All rejections of this API with status, stable code, text and fix. Problems of an event or of a
 * body's syntax have codes from the codec.
 */
final class Problems {
  // Long enough for a circuit breaker to close or a buffer to drain, short enough for a client to
  // wait.
  private static final Duration RETRY_SOON = Duration.ofSeconds(1);
  private static final Duration RETRY_LATER = Duration.ofSeconds(2);

  private Problems() {}

  /** Rejects the whole body, or its only event, for these reasons. */
  static Problem of(int status, List<EventProblem> errors) {
    EventProblem first = errors.getFirst();
    return new Problem(status, first.code(), first.message(), first.fix()).withErrors(errors);
  }

  static Problem corruptCompression(Compression compression) {
    return new Problem(
            400,
            "corrupt_compression",
            "The body is not complete and valid %s".formatted(name(compression)),
            "Compress the body as %s in one piece and send all of it, or send it without"
                    .formatted(name(compression))
                + " Content-Encoding")
        .closingConnection();
  }

  static Problem zstdWindowTooLarge(int maxBytes) {
    return new Problem(
            413,
            "zstd_window_too_large",
            "The body needs a zstd window of more than %d bytes".formatted(maxBytes),
            "Compress with a lower level, or with zstd --long=23 at most; RFC 8878 requires"
                + " decoders to support 8 MiB and no more")
        .closingConnection();
  }

  static Problem incompleteBody() {
    return new Problem(
            400,
            "incomplete_body",
            "The body ended before its announced length",
            "Send the whole body; sending the same bytes again is safe")
        .closingConnection();
  }

  static Problem bodyTimeout(Duration limit) {
    return new Problem(
            408,
            "body_timeout",
            "The body did not arrive within %d s".formatted(limit.toSeconds()),
            "Send the body faster or in smaller requests; the limit is the setting"
                + " HTTP_BODY_TIMEOUT")
        .closingConnection();
  }

  static Problem bodyTooSlow(int bytesPerSecond, Duration maxPause) {
    return new Problem(
            408,
            "body_too_slow",
            "The body came at less than %d bytes a second, or paused for %d s"
                .formatted(bytesPerSecond, maxPause.toSeconds()),
            "Make the whole body before sending it, and send it in one piece; sending the same"
                + " bytes again is safe")
        .closingConnection();
  }

  static Problem bodyTooLarge(int maxBytes) {
    return new Problem(
            413,
            "body_too_large",
            "The body is over %d bytes on the wire".formatted(maxBytes),
            "Send fewer events per request; the limit is the setting HTTP_MAX_BODY_BYTES")
        .closingConnection();
  }

  static Problem inflatedTooLarge(int maxBytes) {
    return new Problem(
            413,
            "inflated_body_too_large",
            "The body inflates to more than %d bytes".formatted(maxBytes),
            "Send fewer events per request; the limit is the setting HTTP_MAX_INFLATED_BYTES")
        .closingConnection();
  }

  static Problem tooManyEvents(EventProblem problem) {
    return new Problem(
            413,
            problem.code(),
            problem.message(),
            "Send fewer events per request; the limit is the setting HTTP_MAX_EVENTS")
        .withErrors(List.of(problem));
  }

  static Problem needsTooMuchMemory() {
    return new Problem(
            413,
            "needs_too_much_memory",
            "The body and its events need more memory than all requests may take together",
            "Send fewer events per request; the limit is the setting HTTP_MAX_IN_FLIGHT_BYTES")
        .closingConnection();
  }

  static Problem unsupportedMediaType(String detail) {
    return new Problem(
            415,
            "unsupported_media_type",
            detail,
            "Send Content-Type: application/json (one event or an array of events) or"
                + " application/x-ndjson (one event a line)")
        .withHeader("Accept-Post", "application/json, application/x-ndjson")
        .closingConnection();
  }

  static Problem unsupportedCharset() {
    return new Problem(
            415,
            "unsupported_charset",
            "The Content-Type names a charset other than UTF-8",
            "Encode the body in UTF-8 and leave the charset out or send charset=utf-8")
        .closingConnection();
  }

  static Problem unsupportedEncoding() {
    return new Problem(
            415,
            "unsupported_content_encoding",
            "This Content-Encoding is not supported",
            "Compress the body with gzip or zstd, or leave Content-Encoding out")
        .withHeader("Accept-Encoding", "gzip, zstd, identity")
        .closingConnection();
  }

  static Problem stackedEncodings() {
    return new Problem(
            415,
            "stacked_content_encoding",
            "The body is compressed more than once",
            "Compress the body once, with gzip or zstd")
        .withHeader("Accept-Encoding", "gzip, zstd, identity")
        .closingConnection();
  }

  static Problem invalidEvents(int events) {
    return new Problem(
        422,
        "invalid_events",
        "Each of the %d events breaks a rule of the event".formatted(events),
        "Correct the events that are listed in events; the same bytes would be rejected again");
  }

  static Problem notAllValid(int invalid, int events) {
    return new Problem(
        422,
        "invalid_events",
        "%d of the %d events break a rule, so none was published, as Prefer: handling=strict asks"
            .formatted(invalid, events),
        "Correct the events that are listed in events and send all again, or leave handling=strict"
            + " out to have the valid events published");
  }

  static Problem notConfirmed(int events) {
    return new Problem(
            503,
            "not_confirmed",
            "No tier confirmed %d of the events in time; they may be stored nevertheless"
                .formatted(events),
            "Send the same bytes again after Retry-After; that is always safe")
        .retryAfter(RETRY_LATER);
  }

  static Problem deadLettersNotConfirmed(int events) {
    return new Problem(
            503,
            "dead_letters_not_confirmed",
            "The dead-letter topic did not acknowledge all of the %d rejected events in time"
                .formatted(events),
            "Send the same bytes again after Retry-After; that is always safe. Events that are not"
                + " listed as rejected are durable")
        .retryAfter(RETRY_LATER);
  }

  static Problem overloaded() {
    return new Problem(
            429,
            "overloaded",
            "The requests in progress use all the memory for requests",
            "Send the same bytes again after Retry-After, or fewer and smaller requests at a time;"
                + " the limit is the setting HTTP_MAX_IN_FLIGHT_BYTES")
        .retryAfter(RETRY_SOON)
        .closingConnection();
  }

  static Problem clientShareTaken() {
    return new Problem(
            429,
            "client_share_taken",
            "The bodies that this client is sending, or its replies that it has not read, take its"
                + " share of the memory for requests",
            "Read the replies, and send the same bytes again after Retry-After, with fewer requests"
                + " at a time; a client's share grows with the"
                + " setting HTTP_MAX_IN_FLIGHT_BYTES")
        .retryAfter(RETRY_SOON)
        .closingConnection();
  }

  static Problem tooManyRequests() {
    return new Problem(
            429,
            "too_many_requests",
            "Too many requests are in progress, from your address or from all addresses",
            "Send the same bytes again after Retry-After, with fewer requests at a time; the limit"
                + " of an address follows from the setting HTTP_MAX_CONNECTIONS_PER_ADDRESS")
        .retryAfter(RETRY_SOON)
        .closingConnection();
  }

  static Problem tooBusy() {
    return new Problem(
            429,
            "too_busy",
            "The body waited too long behind the bodies of other requests",
            "Send the same bytes again after Retry-After, with fewer requests at a time")
        .retryAfter(RETRY_LATER)
        .closingConnection();
  }

  static Problem draining() {
    return new Problem(
            503,
            "draining",
            "This gateway is shutting down",
            "Send the same bytes again after Retry-After, to another gateway if there is one")
        .retryAfter(RETRY_SOON)
        .closingConnection();
  }

  static Problem keyMissing() {
    return new Problem(
            401,
            "key_missing",
            "The request has no API key",
            "Send the header Authorization: Bearer <key>, once; the gateway's operator creates keys"
                + " with api-gateway keys create")
        .withHeader("WWW-Authenticate", "Bearer")
        .closingConnection();
  }

  static Problem keyUnknown() {
    return new Problem(
            401,
            "key_unknown",
            "The gateway does not know the request's API key",
            "Send a key whose hash is in the gateway's API_KEYS_FILE; the key may have been"
                + " revoked")
        .withHeader("WWW-Authenticate", "Bearer error=\"invalid_token\"")
        .closingConnection();
  }

  static Problem scopeMissing(String scope) {
    return new Problem(
            403,
            "scope_missing",
            "The request's API key lacks the scope " + scope,
            "Send a key with the scope %s, or add the scope to the key's line in API_KEYS_FILE"
                .formatted(scope))
        .withHeader(
            "WWW-Authenticate",
            "Bearer error=\"insufficient_scope\", scope=\"%s\"".formatted(scope))
        .closingConnection();
  }

  /** Keeps the connection open, because the body was read completely. */
  static Problem rateLimited(Duration wait) {
    return new Problem(
            429,
            "rate_limited",
            "The request exceeds the key's rate limit; none of its events was accepted",
            "Send the same bytes again after Retry-After; the limit is set by HTTP_RATE_LIMIT and"
                + " HTTP_RATE_BURST")
        .retryAfter(wait);
  }

  static Problem foreignHost() {
    return new Problem(
            403,
            "foreign_host",
            "Only requests to localhost are answered, so that no web page can post",
            "Address the gateway as localhost or 127.0.0.1, or start it with API_KEYS_FILE, or with"
                + " HTTP_ALLOW_ANONYMOUS=true")
        .closingConnection();
  }

  /**
   * @param hasQueries whether the gateway serves the query API
   */
  static Problem notFound(boolean hasQueries) {
    return new Problem(
            404,
            "not_found",
            "There is nothing at this path",
            "Post events to /v1/events; /openapi.yaml describes the API, and the gateway's health"
                + " is at /health/live and /health/ready"
                + (hasQueries
                    ? ""
                    : "; for the query API and the page at /ui, start the gateway with"
                        + " QUERY_ENABLED=true"))
        .closingConnection();
  }

  /**
   * @param hasQueries whether the gateway serves the query API
   */
  static Problem methodNotAllowed(String allowed, boolean hasQueries) {
    return new Problem(
            405,
            "method_not_allowed",
            "This path does not support this method",
            "Use one of the methods in the Allow header"
                + (hasQueries ? "" : "; to read events, start the gateway with QUERY_ENABLED=true"))
        .withHeader("Allow", allowed)
        .closingConnection();
  }

  static Problem badRequest() {
    return new Problem(
            400,
            "bad_request",
            "The request is not valid HTTP/1.1",
            "Send the request with an ordinary HTTP client: one Host header, one Content-Length, a"
                + " path with valid %-escapes")
        .closingConnection();
  }

  static Problem uriTooLong() {
    return new Problem(
            414,
            "uri_too_long",
            "The request's path and query are too long",
            "Send events in the body of a POST to /v1/events, which takes no query")
        .closingConnection();
  }

  static Problem expectationFailed() {
    return new Problem(
            417,
            "expectation_failed",
            "The header Expect has an unknown value",
            "Send Expect: 100-continue, or leave the header out")
        .closingConnection();
  }

  static Problem headersTooLarge() {
    return new Problem(
            431,
            "headers_too_large",
            "The request's headers are over 8 KiB together",
            "Send fewer and shorter headers; cookies and tracing baggage are the usual cause")
        .closingConnection();
  }

  static Problem transferCodingNotSupported() {
    return new Problem(
            501,
            "transfer_coding_not_supported",
            "The header Transfer-Encoding names a coding other than chunked",
            "Send Transfer-Encoding: chunked alone, or a Content-Length; name gzip or zstd in"
                + " Content-Encoding")
        .closingConnection();
  }

  static Problem httpVersionNotSupported() {
    return new Problem(
            505,
            "http_version_not_supported",
            "The gateway does not support the request's version of HTTP",
            "Send the request as HTTP/1.1")
        .closingConnection();
  }

  static Problem internalError() {
    return new Problem(
            500,
            "internal_error",
            "The gateway failed on this request; its log has the cause",
            "Send the same bytes again later; that is always safe. Please report the log's stack"
                + " trace")
        .closingConnection();
  }

  private static String name(Compression compression) {
    return switch (compression) {
      case IDENTITY -> "plain text";
      case GZIP -> "gzip";
      case ZSTD -> "zstd";
    };
  }
}
