package io.wideevents.gateway.http;

import io.wideevents.event.EventProblem;
import java.time.Duration;
import java.util.List;

/** The rejections that only the paths of OTLP have. The others are in {@link Problems}. */
final class OtlpProblems {
  private static final Duration RETRY_SOON = Duration.ofSeconds(1);

  private OtlpProblems() {}

  static Problem unsupportedMediaType() {
    return new Problem(
            415,
            "unsupported_media_type",
            "The Content-Type is none of OTLP over HTTP",
            "Send Content-Type: application/x-protobuf or application/json")
        .withHeader("Accept-Post", "application/x-protobuf, application/json")
        .closingConnection();
  }

  static Problem metricsNotTaken() {
    return new Problem(
            404,
            "metrics_not_taken",
            "The gateway takes spans and log records, and no metrics",
            "Turn the metrics exporter off with OTEL_METRICS_EXPORTER=none, or send metrics to"
                + " another endpoint with OTEL_EXPORTER_OTLP_METRICS_ENDPOINT")
        .closingConnection();
  }

  /** OTLP defines 400 for data that is permanently invalid. */
  static Problem invalidEvents(String reasons, List<EventProblem> mistakes) {
    return new Problem(
            400,
            "invalid_events",
            "No event was accepted: " + reasons,
            "Correct the sender; the same data would be rejected again")
        .withErrors(mistakes);
  }

  /** Gives a timeout a status that exporters retry. They drop their data after a 408. */
  static Problem retryable(Problem problem) {
    return problem.status() == 408
        ? new Problem(
                503,
                problem.code(),
                problem.detail(),
                problem.fix(),
                problem.errors(),
                problem.headers())
            .retryAfter(RETRY_SOON)
        : problem;
  }
}
