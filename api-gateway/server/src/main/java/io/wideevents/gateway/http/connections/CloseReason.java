package io.wideevents.gateway.http.connections;

import java.util.Locale;

/** The reason why the gateway closed a connection that its client had kept open. */
enum CloseReason {
  /** The head of a request, or the TLS handshake, did not arrive in time. */
  SLOW_HEAD("A client took too long to send the head of a request"),
  /** The client read its reply too slowly. */
  SLOW_READER("A client took its reply too slowly"),
  /** The client's address reached the limit of connections per address. */
  ADDRESS_LIMIT("A client's address has too many connections"),
  /** The server reached the limit of connections. */
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
