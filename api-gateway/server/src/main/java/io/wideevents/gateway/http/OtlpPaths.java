package io.wideevents.gateway.http;

/** The paths of OTLP over HTTP, which OpenTelemetry's exporters use by default. */
final class OtlpPaths {
  static final String TRACES = "/v1/traces";
  static final String LOGS = "/v1/logs";
  static final String METRICS = "/v1/metrics";

  private OtlpPaths() {}

  static boolean contain(String path) {
    String plain = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    return plain.equals(TRACES) || plain.equals(LOGS) || plain.equals(METRICS);
  }
}
