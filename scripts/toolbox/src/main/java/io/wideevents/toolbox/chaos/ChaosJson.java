package io.wideevents.toolbox.chaos;

import java.io.StringWriter;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Writes a result as one JSON object; times in milliseconds. */
final class ChaosJson {
  private final ChaosResult result;

  ChaosJson(ChaosResult result) {
    this.result = result;
  }

  String text() {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(ObjectWriteContext.empty(), text)) {
      json.writeStartObject();
      json.writeBooleanProperty("good", result.isGood());
      json.writeNumberProperty("seed", result.settings().seed());
      json.writeNumberProperty("clients", result.settings().clients());
      json.writeNumberProperty("faultMillis", result.settings().length().toMillis());
      json.writeNumberProperty("tookMillis", result.took().toMillis());
      writeEvents(json);
      writeAnswers(json);
      writeRest(json);
      writeSchedule(json);
      json.writeEndObject();
    }
    return text.toString();
  }

  private void writeEvents(JsonGenerator json) {
    Findings findings = result.findings();
    json.writeObjectPropertyStart("events");
    json.writeNumberProperty("posted", findings.posted());
    json.writeNumberProperty("acknowledged", findings.acknowledged());
    json.writeNumberProperty("stored", findings.stored());
    json.writeNumberProperty("storedUnacknowledged", findings.storedUnacknowledged());
    json.writeNumberProperty("deadLettered", findings.deadLettered());
    json.writeNumberProperty("givenUp", findings.givenUp());
    json.writeNumberProperty("lost", findings.lost());
    json.writeNumberProperty("duplicates", findings.duplicates());
    json.writeNumberProperty("unexpected", findings.unexpected());
    json.writeNumberProperty("unequal", findings.unequal());
    json.writeNumberProperty("refused", findings.refused());
    json.writeNumberProperty("wrongIds", result.figures().wrongIds());
    json.writeEndObject();
    write(json, "deadLetterReasons", findings.deadLetterReasons());
    json.writeArrayPropertyStart("examples");
    findings.examples().forEach(json::writeString);
    json.writeEndArray();
  }

  private void writeAnswers(JsonGenerator json) {
    ClientFigures figures = result.figures();
    write(json, "acknowledgedByTier", figures.acknowledgedByTier());
    write(json, "repliesByStatus", figures.repliesByStatus());
    write(json, "refusedByCode", figures.refusedByCode());
    json.writeNumberProperty("brokenConnections", figures.broken());
    json.writeNumberProperty("longestSilenceMillis", figures.longestSilence().toMillis());
    json.writeNumberProperty(
        "longestSilenceWithGatewayMillis", figures.longestSilenceWithGateway().toMillis());
    json.writeArrayPropertyStart("latencies");
    figures
        .latencies()
        .forEach(
            (phase, latency) -> {
              json.writeStartObject();
              json.writeStringProperty("phase", phase);
              json.writeNumberProperty("requests", latency.requests());
              json.writeNumberProperty("p50Millis", latency.p50Millis());
              json.writeNumberProperty("p99Millis", latency.p99Millis());
              json.writeNumberProperty("maxMillis", latency.maxMillis());
              json.writeEndObject();
            });
    json.writeEndArray();
  }

  private void writeRest(JsonGenerator json) {
    json.writeObjectPropertyStart("rest");
    json.writeNumberProperty("tookMillis", result.rest().took().toMillis());
    json.writeNumberProperty("endOffsets", result.rest().position().end());
    json.writeNumberProperty("committedOffsets", result.rest().position().committed());
    json.writeNumberProperty("spoolPending", result.remains().pending());
    json.writeNumberProperty("spoolRefused", result.remains().refused());
    json.writeNumberProperty("spoolQuarantinedFiles", result.remains().quarantined());
    json.writeEndObject();
  }

  private void writeSchedule(JsonGenerator json) {
    json.writeArrayPropertyStart("schedule");
    for (FaultInjector.Occurrence occurrence : result.occurrences()) {
      json.writeStartObject();
      json.writeNumberProperty("atMillis", occurrence.at().toMillis());
      json.writeNumberProperty("tookMillis", occurrence.took().toMillis());
      json.writeStringProperty("episode", occurrence.episode().label());
      json.writeStringProperty("target", occurrence.target().label());
      json.writeStringProperty("action", occurrence.action().label());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void write(JsonGenerator json, String name, Map<?, Long> counts) {
    json.writeObjectPropertyStart(name);
    counts.forEach((key, count) -> json.writeNumberProperty(key.toString(), count));
    json.writeEndObject();
  }
}
