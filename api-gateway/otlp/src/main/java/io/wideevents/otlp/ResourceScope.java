package io.wideevents.otlp;

import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.resource.v1.Resource;

/**
 * What the spans or log records of one list have in common: the resource and the instrumentation
 * scope.
 *
 * @param service the name of the service
 * @param resource the attributes of the resource, nested
 * @param scope name, version and attributes of the scope
 */
record ResourceScope(String service, FieldTree resource, FieldTree scope) {
  /** The name that OpenTelemetry gives a service without one. */
  private static final String UNKNOWN_SERVICE = "unknown_service";

  static ResourceScope of(Resource resource, int maxFields) throws RejectedItemException {
    String service = new Attributes(resource.getAttributesList()).text("service.name");
    return new ResourceScope(
        service == null ? UNKNOWN_SERVICE : service,
        new FieldTree(maxFields).putAll(resource.getAttributesList()),
        new FieldTree(maxFields));
  }

  /**
   * The same resource with a scope.
   *
   * @param maxFields limit of the scope's fields
   */
  ResourceScope within(InstrumentationScope instrumentation, int maxFields)
      throws RejectedItemException {
    FieldTree scopeFields = new FieldTree(maxFields);
    if (!instrumentation.getName().isEmpty()) {
      scopeFields.set("name", instrumentation.getName());
    }
    if (!instrumentation.getVersion().isEmpty()) {
      scopeFields.set("version", instrumentation.getVersion());
    }
    if (instrumentation.getAttributesCount() > 0) {
      scopeFields.setTree(
          "attributes", scopeFields.part().putAll(instrumentation.getAttributesList()));
    }
    return new ResourceScope(service, resource, scopeFields);
  }

  /** Adds resource and scope to an event. */
  void describe(FieldTree event) throws RejectedItemException {
    if (!scope.isEmpty()) {
      event.child("otel").setTree("scope", scope);
    }
    if (!resource.isEmpty()) {
      event.setTree("resource", resource);
    }
  }
}
