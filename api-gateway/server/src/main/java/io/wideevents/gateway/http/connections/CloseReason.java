package io.wideevents.gateway.http.connections;

import java.util.Locale;

/** The reason why the gateway closed a connection that its client had kept open. */
enum CloseReason {
  /** The head of a request, or the TLS handshake, did not arrive in time. */
  SLOW_HEAD("A client took too long to send the head of a request"),
  SLOW_READER("A client took its reply too slowly"),
  ADDRESS_LIMIT("A client's address has too many connections"),
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
