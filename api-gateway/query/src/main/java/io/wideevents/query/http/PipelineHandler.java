package io.wideevents.query.http;

import io.javalin.http.Context;
import io.wideevents.kafka.GroupLag;
import io.wideevents.query.trace.GatewayState;
import io.wideevents.query.trace.PipelinePanel;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/** Answers with the state of the pipeline. */
final class PipelineHandler {
  private final PipelinePanel panel;
  private final Optional<String> traceLink;

  PipelineHandler(PipelinePanel panel, Optional<String> traceLink) {
    this.panel = panel;
    this.traceLink = traceLink;
  }

  void handle(Context ctx) {
    var unused = new QueryParameters(ctx); // which rejects parameters
    GatewayState gateway = panel.gateway();
    PipelinePanel.Kafka kafka = panel.kafka();
    JsonReply.send(
        ctx,
        json -> {
          json.writeStringProperty("status", gateway.status());
          json.writeArrayPropertyStart("tiers");
          gateway.tiers().forEach(tier -> write(json, tier));
          json.writeEndArray();
          write(json, gateway.spool());
          write(json, kafka);
          json.writeName("traceLink");
          if (traceLink.isPresent()) {
            json.writeString(traceLink.get());
          } else {
            json.writeNull();
          }
        });
  }

  private static void write(JsonGenerator json, GatewayState.TierState tier) {
    json.writeStartObject();
    json.writeStringProperty("tier", tier.tier());
    json.writeStringProperty("state", tier.state());
    if (!tier.detail().isEmpty()) {
      json.writeStringProperty("detail", tier.detail());
    }
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, GatewayState.Spool spool) {
    json.writeObjectPropertyStart("spool");
    json.writeNumberProperty("events", spool.events());
    json.writeNumberProperty("bytes", spool.bytes());
    spool.oldest().ifPresent(oldest -> json.writeStringProperty("oldest", oldest.toString()));
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, PipelinePanel.Kafka kafka) {
    json.writeName("lag");
    if (kafka.lag().isPresent()) {
      write(json, kafka.lag().get());
    } else {
      json.writeNull();
    }
    json.writeName("deadLetters");
    if (kafka.deadLetters().isPresent()) {
      json.writeStartObject();
      json.writeNumberProperty("total", kafka.deadLetters().getAsLong());
      json.writeEndObject();
    } else {
      json.writeNull();
    }
    if (!kafka.reason().isEmpty()) {
      json.writeStringProperty("reason", kafka.reason());
    }
  }

  private static void write(JsonGenerator json, GroupLag lag) {
    json.writeStartObject();
    json.writeNumberProperty("total", lag.total());
    json.writeNumberProperty("workers", lag.members());
    json.writeArrayPropertyStart("partitions");
    for (GroupLag.PartitionLag partition : lag.partitions()) {
      json.writeStartObject();
      json.writeNumberProperty("partition", partition.partition());
      json.writeNumberProperty("lag", partition.lag());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
