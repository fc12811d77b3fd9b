package io.wideevents.otlp;

import org.jspecify.annotations.Nullable;

/**
 * Reads the facts of a request from attributes, by the semantic conventions of OpenTelemetry. Names
 * of older conventions are read as well.
 */
final class Conventions {
  private static final String[] REQUEST_ID = {
    "requestId",
    "request_id",
    "request.id",
    "http.request_id",
    "http.request.id",
    "http.request.header.x-request-id",
    "http.request.header.x_request_id"
  };
  private static final int FIRST_SERVER_ERROR = 500;

  private Conventions() {}

  /** The id that the client or the service gave the request; null if there is none. */
  static @Nullable String requestId(Attributes attributes) {
    return attributes.text(REQUEST_ID);
  }

  /** The route of a request over HTTP, RPC or messaging; null if the attributes name none. */
  static @Nullable String route(Attributes attributes) {
    String http = attributes.text("http.route");
    if (http != null) {
      String method = attributes.text("http.request.method", "http.method");
      if ("_OTHER".equals(method)) {
        method = attributes.text("http.request.method_original", "http.request.method");
      }
      return joined(method, " ", http);
    }
    String rpcMethod = attributes.text("rpc.method");
    String rpcService = attributes.text("rpc.service");
    if (rpcMethod != null || rpcService != null) {
      // In newer conventions the method contains the service.
      return rpcMethod != null && rpcMethod.contains("/")
          ? rpcMethod
          : joined(rpcService, "/", rpcMethod);
    }
    String destination =
        attributes.text(
            "messaging.destination.template",
            "messaging.destination.name",
            "messaging.destination");
    return destination == null
        ? null
        : joined(
            attributes.text(
                "messaging.operation.name", "messaging.operation.type", "messaging.operation"),
            " ",
            destination);
  }

  /** The status of a response that is a failure of the server; null for any other. */
  static @Nullable String serverErrorStatus(Attributes attributes) {
    String status = attributes.text("http.response.status_code", "http.status_code");
    try {
      return status != null && Integer.parseInt(status) >= FIRST_SERVER_ERROR ? status : null;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  private static String joined(@Nullable String first, String between, @Nullable String second) {
    if (first == null || second == null) {
      return first == null ? String.valueOf(second) : first;
    }
    return first + between + second;
  }
}
