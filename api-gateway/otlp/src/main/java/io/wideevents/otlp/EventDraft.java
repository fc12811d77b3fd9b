package io.wideevents.otlp;

import io.opentelemetry.proto.common.v1.KeyValue;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An event while it is put together. The fields that the event's rules define are set first and
 * never change. Attributes are added beside them; an attribute that would change such a field is
 * added below {@code attributes} instead. Not safe for concurrent use.
 */
final class EventDraft {
  private static final int MAX_TEXT_BYTES = 256;
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  /** The first parts of keys that never become top-level fields, because an event uses them. */
  private static final Set<String> OWN_FIELDS =
      Set.of(
          "requestId",
          "service",
          "route",
          "timestamp",
          "eventId",
          "performance",
          "error",
          "user",
          "traceId",
          "spanId",
          "parentSpanId",
          "otel",
          "resource",
          "attributes");

  private final FieldTree root;

  /**
   * @param maxFields limit of the event's fields
   */
  EventDraft(int maxFields) {
    this.root = new FieldTree(maxFields);
  }

  /** The fields of the event, to be read by the writer of the event. */
  FieldTree root() {
    return root;
  }

  /** Sets the four required fields; a text that is too long is cut. */
  void head(String requestId, String service, String route, long unixNanos)
      throws RejectedItemException {
    root.set("requestId", fitting(requestId))
        .set("service", fitting(service))
        .set("route", fitting(route))
        .set("timestamp", unixNanos == 0 ? null : timestamp(unixNanos));
  }

  /** Sets the error. Absent parts are left out. */
  void error(@Nullable String code, @Nullable String message, @Nullable String type)
      throws RejectedItemException {
    root.child("error").set("code", code).set("message", message).set("type", type);
  }

  /**
   * Adds the attributes of the span or log record, and the user whom they name.
   *
   * @param facts the same attributes by key
   */
  void attributes(List<KeyValue> attributes, Attributes facts) throws RejectedItemException {
    FieldTree users = root.part();
    FieldTree displaced = root.part();
    for (KeyValue attribute : attributes) {
      String key = attribute.getKey();
      int dot = key.indexOf('.');
      String first = dot < 0 ? key : key.substring(0, dot);
      FieldTree to = first.equals("user") ? users : isOwn(first) ? displaced : root;
      to.put(key, attribute.getValue());
    }
    user(users, displaced, facts);
    if (!displaced.isEmpty()) {
      root.setTree("attributes", displaced);
    }
  }

  /** Uses the attributes {@code user.*} as the event's user if they have the required types. */
  private void user(FieldTree users, FieldTree displaced, Attributes facts)
      throws RejectedItemException {
    FieldTree user = users.isEmpty() ? root.part() : users.child("user");
    if (!users.isEmpty() && !isUser(user)) {
      displaced.setTree("user", user);
      user = root.part();
    }
    String id = facts.text("user.id", "enduser.id");
    String role = facts.text("user.role", "enduser.role");
    if (!user.has("id")) {
      user.set("id", id);
    }
    if (!user.has("role")) {
      user.set("role", role);
    }
    if (!user.isEmpty()) {
      root.setTree("user", user);
    }
  }

  private static boolean isUser(FieldTree user) {
    Object id = user.only("id");
    return user.isObject()
        && (!user.has("id") || id instanceof String || id instanceof Long)
        && (!user.has("role") || user.only("role") instanceof String);
  }

  private static boolean isOwn(String name) {
    return OWN_FIELDS.contains(name) || name.startsWith("_");
  }

  /** RFC 3339 with as many digits of fraction as the time needs. */
  static String timestamp(long unixNanos) {
    return Instant.ofEpochSecond(
            Long.divideUnsigned(unixNanos, NANOS_PER_SECOND),
            Long.remainderUnsigned(unixNanos, NANOS_PER_SECOND))
        .toString();
  }

  /** The text cut to the bytes that a required text may have. */
  static String fitting(String text) {
    if (text.length() * 3L <= MAX_TEXT_BYTES) {
      return text;
    }
    int bytes = 0;
    for (int i = 0; i < text.length(); ) {
      int character = text.codePointAt(i);
      bytes += character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x1_0000 ? 3 : 4;
      if (bytes > MAX_TEXT_BYTES) {
        return text.substring(0, i);
      }
      i += Character.charCount(character);
    }
    return text;
  }
}
