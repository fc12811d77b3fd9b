package io.wideevents.gateway.http.connections;

import java.util.Locale;

/** Why the gateway closes a connection that its client would have kept. */
enum CloseReason {
  /** The head of a request, or the TLS handshake, did not come in time. */
  SLOW_HEAD("A client took too long to send the head of a request"),
  /** The client took its reply too slowly. */
  SLOW_READER("A client took its reply too slowly"),
  /** The client's address has as many connections as one address may have. */
  ADDRESS_LIMIT("A client's address has too many connections"),
  /** There are as many connections as there may be. */
  TOTAL_LIMIT("There are too many connections");

  private final String message;

  CloseReason(String message) {
    this.message = message;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  String message() {
    return message;
  }
}
