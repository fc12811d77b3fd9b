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
record Source(String service, FieldTree resource, FieldTree scope) {
  /** The name that OpenTelemetry gives a service without one. */
  private static final String UNKNOWN_SERVICE = "unknown_service";

  static Source of(Resource resource, InstrumentationScope scope) throws RejectedItemException {
    String service = new Attributes(resource.getAttributesList()).text("service.name");
    FieldTree scopeFields = new FieldTree();
    if (!scope.getName().isEmpty()) {
      scopeFields.set("name", scope.getName());
    }
    if (!scope.getVersion().isEmpty()) {
      scopeFields.set("version", scope.getVersion());
    }
    if (scope.getAttributesCount() > 0) {
      scopeFields.setTree("attributes", new FieldTree().putAll(scope.getAttributesList()));
    }
    return new Source(
        service == null ? UNKNOWN_SERVICE : service,
        new FieldTree().putAll(resource.getAttributesList()),
        scopeFields);
  }

  /** Adds resource and scope to an event. */
  void describe(FieldTree event) {
    if (!scope.isEmpty()) {
      event.child("otel").setTree("scope", scope);
    }
    if (!resource.isEmpty()) {
      event.setTree("resource", resource);
    }
  }
}
