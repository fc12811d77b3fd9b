package io.wideevents.otlp;

/** Which spans become events. Other spans are counted and skipped. */
public enum SpanSelection {
  /**
   * Spans that stand for a request: of kind SERVER or CONSUMER, without a parent, or with the
   * attribute {@code main=true}.
   */
  REQUESTS,
  ALL
}
