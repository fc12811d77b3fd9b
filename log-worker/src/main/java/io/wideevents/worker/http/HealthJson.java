package io.wideevents.worker.http;

import io.wideevents.worker.consume.ConsumerStatus;
import java.io.ByteArrayOutputStream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

final class HealthJson {
  private static final JsonFactory FACTORY = new JsonFactory();

  private HealthJson() {}

  static byte[] of(HealthCheck.Readiness readiness) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), bytes)) {
      ConsumerStatus status = readiness.status();
      json.writeStartObject();
      json.writeStringProperty("status", readiness.isReady() ? "ready" : "not_ready");
      json.writeArrayPropertyStart("reasons");
      readiness.reasons().forEach(json::writeString);
      json.writeEndArray();
      if (!readiness.warnings().isEmpty()) {
        json.writeArrayPropertyStart("warnings");
        readiness.warnings().forEach(json::writeString);
        json.writeEndArray();
      }
      json.writeStringProperty("kafka", readiness.kafka() ? "up" : "down");
      json.writeStringProperty("mongodb", readiness.mongodb() ? "up" : "down");
      json.writeBooleanProperty("joined", status.joined());
      json.writeBooleanProperty("paused", status.paused());
      json.writeStringProperty("brake", status.pipeline().circuitOpen() ? "engaged" : "released");
      json.writeNumberProperty("inFlight", status.pipeline().heldRecords());
      json.writeNumberProperty("waiting", status.pipeline().waitingRecords());
      json.writeNumberProperty("isolated", status.pipeline().isolatedRecords());
      json.writeNumberProperty("lostToRetention", status.lostRecords());
      json.writeArrayPropertyStart("partitions");
      for (ConsumerStatus.PartitionLag partition : status.partitions()) {
        json.writeStartObject();
        json.writeNumberProperty("partition", partition.partition());
        if (partition.records() >= 0) {
          json.writeNumberProperty("lag", partition.records());
          json.writeNumberProperty("lagSeconds", partition.seconds());
        }
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeArrayPropertyStart("stopped");
      for (ConsumerStatus.StoppedPartition stopped : status.stopped()) {
        json.writeStartObject();
        json.writeNumberProperty("partition", stopped.partition());
        json.writeNumberProperty("offset", stopped.offset());
        json.writeStringProperty("cause", stopped.cause());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }
}
