package io.wideevents.toolbox.benchmark;

import tools.jackson.core.JsonGenerator;

/** Writes a window as properties of an open JSON object. */
final class WindowJson {
  private WindowJson() {}

  static void write(JsonGenerator json, Window window) {
    json.writeNumberProperty("requests", window.requests());
    json.writeNumberProperty("failed", window.failed());
    json.writeNumberProperty("perSecond", window.perSecond());
    json.writeNumberProperty("p50Millis", window.millis(50));
    json.writeNumberProperty("p99Millis", window.millis(99));
    json.writeNumberProperty("maxMillis", window.maxMillis());
  }
}
