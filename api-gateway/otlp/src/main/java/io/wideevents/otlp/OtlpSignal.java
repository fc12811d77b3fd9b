package io.wideevents.otlp;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.util.Locale;

/**
 * A signal of OpenTelemetry that can become events. The request of both signals has the same
 * structure: a list of resources, each with a list of scopes, each with a list of items.
 */
public enum OtlpSignal {
  TRACES("spans", ExportTraceServiceRequest.getDescriptor()),
  LOGS("log records", ExportLogsServiceRequest.getDescriptor());

  private final String items;
  private final FieldDescriptor resources;
  private final FieldDescriptor resource;
  private final FieldDescriptor scopes;
  private final FieldDescriptor scope;
  private final FieldDescriptor itemsOfScope;

  OtlpSignal(String items, Descriptor request) {
    this.items = items;
    this.resources = request.findFieldByNumber(1);
    this.resource = resources.getMessageType().findFieldByNumber(1);
    this.scopes = resources.getMessageType().findFieldByNumber(2);
    this.scope = scopes.getMessageType().findFieldByNumber(1);
    this.itemsOfScope = scopes.getMessageType().findFieldByNumber(2);
  }

  /** The name in metrics. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What the signal consists of, for messages: {@code spans} or {@code log records}. */
  String items() {
    return items;
  }

  FieldDescriptor resources() {
    return resources;
  }

  FieldDescriptor resource() {
    return resource;
  }

  FieldDescriptor scopes() {
    return scopes;
  }

  FieldDescriptor scope() {
    return scope;
  }

  FieldDescriptor itemsOfScope() {
    return itemsOfScope;
  }
}
