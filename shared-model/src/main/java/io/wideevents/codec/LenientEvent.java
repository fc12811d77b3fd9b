package io.wideevents.codec;

import io.wideevents.codec.JsonTree.Items;
import io.wideevents.codec.JsonTree.Node;
import io.wideevents.codec.JsonTree.Scalar;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

/**
 * One event of a lenient intake, rewritten so that it follows the rules. The result depends only on
 * the event's text, the rules and the request's headers, so that the same post is the same event.
 * Not safe for concurrent use.
 */
final class LenientEvent {
  private static final List<String> TIMESTAMPS = List.of("@timestamp", "time", "ts", "date");
  private static final List<String> REQUEST_IDS =
      List.of("traceId", "trace_id", "x-request-id", "trace.id");

  private final LenientRules rules;
  private final EventRules checks;
  private final Inferences inferences = new Inferences();
  private final Node event;
  private boolean hasDuplicates;

  private LenientEvent(LenientRules rules, EventText text, EventRules checks) {
    this.rules = rules;
    this.checks = checks;
    this.event = new JsonTree.Reader(text, checks.maxDepth(), this::duplicate).object(1);
  }

  /**
   * Reads an event and infers what is missing, except a generated {@code requestId}.
   *
   * @param bytes the event is in {@code [from, to)}, and nothing else
   * @param checks the rules that the rewritten event must follow
   * @return empty if the text is not one readable object, or if it has duplicate names that break
   *     the rules
   */
  static Optional<LenientEvent> read(
      BodyParsers parsers, byte[] bytes, int from, int to, LenientRules rules, EventRules checks) {
    try (EventText text = EventText.openLimited(parsers, bytes, from, to, 1)) {
      if (text.parser().nextToken() != JsonToken.START_OBJECT) {
        return Optional.empty();
      }
      LenientEvent event = new LenientEvent(rules, text, checks);
      if (text.parser().nextToken() != null || (event.hasDuplicates && !rules.lastNameWins())) {
        return Optional.empty();
      }
      event.infer();
      return Optional.of(event);
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  boolean isChanged() {
    return !inferences.isEmpty();
  }

  /** Whether the event has no {@code requestId}, so that one must be generated. */
  boolean lacksRequestId() {
    return find("requestId") == null;
  }

  void generateRequestId(String id) {
    event.fields().put("requestId", Scalar.text(id));
    inferences.add("requestId", "generated");
  }

  Inferences inferences() {
    return inferences;
  }

  byte[] json() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    event.writeTo(out);
    return out.toByteArray();
  }

  private void duplicate(String name) {
    hasDuplicates = true;
    inferences.add(name, "last of several");
  }

  private void infer() {
    if (rules.nestsDottedNames()) {
      nest(event, 1);
    }
    timestamp();
    for (String name : REQUEST_IDS) {
      if (find("requestId") == null) {
        copied(name, atPath(name)).ifPresent(text -> put("requestId", text, "from " + name));
      }
    }
    serviceName();
    fallback("service", rules.service());
    fallback("route", rules.route());
    error();
    if (atPath("ecs.version") != null) {
      elasticCommonSchema();
    }
  }

  /**
   * Takes the service from {@code service.name}, as the Elastic Common Schema has it. The other
   * fields of an object {@code service} are kept in {@code resource.service}, where an export of
   * OpenTelemetry has them.
   */
  private void serviceName() {
    JsonTree service = find("service");
    if (service != null && !(service instanceof Node)) {
      return;
    }
    JsonTree name = service instanceof Node node ? valueOf(node, "name") : find("service.name");
    Optional<String> text = copied("service.name", name);
    if (text.isEmpty()) {
      return;
    }
    if (service instanceof Node node && node.fields().size() > 1) {
      JsonTree resource = event.fields().computeIfAbsent("resource", unused -> new Node());
      if (!(resource instanceof Node kept) || kept.fields().putIfAbsent("service", node) != null) {
        return;
      }
    }
    put("service", text.get(), "from service.name");
  }

  /** Adds the fields that other senders have under a shorter name. */
  private void elasticCommonSchema() {
    if (find("level") == null) {
      copied("log.level", atPath("log.level"))
          .ifPresent(text -> put("level", text, "from log.level"));
    }
    if (find("error") instanceof Node error && valueOf(error, "code") == null) {
      copied("error.type", valueOf(error, "type"))
          .ifPresent(
              text -> {
                error.fields().put("code", Scalar.text(text));
                inferences.add("error.code", "from error.type");
              });
    }
  }

  private void timestamp() {
    JsonTree own = find("timestamp");
    if (own != null) {
      if (own instanceof Scalar scalar && !isTimestamp(scalar)) {
        LenientTime.read(scalar, rules.zone(), inferences)
            .ifPresent(text -> event.fields().put("timestamp", Scalar.text(text)));
      }
      return;
    }
    for (String name : TIMESTAMPS) {
      if (!isRedacted(name) && find(name) instanceof Scalar scalar) {
        Optional<Scalar> read =
            isTimestamp(scalar)
                ? Optional.of(scalar)
                : LenientTime.read(scalar, rules.zone(), inferences).map(Scalar::text);
        if (read.isPresent()) {
          event.fields().remove(name);
          event.fields().put("timestamp", read.get());
          inferences.add("timestamp", "from " + name);
          return;
        }
      }
    }
  }

  /** Whether the value is a timestamp by the rules of an event. */
  private static boolean isTimestamp(Scalar value) {
    return switch (value.token()) {
      case VALUE_STRING -> Timestamp.parse(value.content()) != Timestamp.INVALID;
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> LenientTime.isMillis(value);
      default -> false;
    };
  }

  private void fallback(String name, LenientRules.Fallback fallback) {
    if (find(name) != null) {
      return;
    }
    Optional<String> field = fallback.field().flatMap(path -> copied(path, atPath(path)));
    if (field.isPresent()) {
      put(name, field.get(), "from " + fallback.field().orElseThrow());
    } else if (fallback.header().isPresent()) {
      put(name, fallback.header().get(), "from header");
    } else if (fallback.text().isPresent()) {
      put(name, fallback.text().get(), "by default");
    }
  }

  private void error() {
    JsonTree error = find("error");
    if (error instanceof Scalar scalar && scalar.token() == JsonToken.VALUE_STRING) {
      Node node = new Node();
      node.fields().put("message", scalar);
      event.fields().put("error", node);
      inferences.add("error", "text as its message");
    } else if (error instanceof Node node
        && node.fields().get("code") instanceof Scalar code
        && code.token() == JsonToken.VALUE_NUMBER_INT) {
      node.fields().put("code", Scalar.text(code.content()));
      inferences.add("error.code", "integer as text");
    }
  }

  private void put(String name, String text, String how) {
    event.fields().put(name, Scalar.text(text));
    inferences.add(name, how);
  }

  /** A top-level field; null if there is none, or if its value is null. */
  private @Nullable JsonTree find(String name) {
    return valueOf(event, name);
  }

  private @Nullable JsonTree atPath(String path) {
    JsonTree value = find(path);
    if (value != null) {
      return value;
    }
    JsonTree node = event;
    for (String name : path.split("\\.", -1)) {
      node = node instanceof Node object ? valueOf(object, name) : null;
    }
    return node;
  }

  private static @Nullable JsonTree valueOf(Node node, String name) {
    JsonTree value = node.fields().get(name);
    return value instanceof Scalar scalar && scalar.isNull() ? null : value;
  }

  /** The text of a field for another field; empty if a part of it is redacted in its own field. */
  private Optional<String> copied(String path, @Nullable JsonTree value) {
    return isRedacted(path)
        ? Optional.empty()
        : textOf(value).filter(text -> checks.redactedText().redact(text).equals(text));
  }

  /** Whether a field is redacted, with dots in its name or nested. */
  private boolean isRedacted(String path) {
    return checks.names().name(path).redacted()
        || Stream.of(path.split("\\.", -1)).anyMatch(name -> checks.names().name(name).redacted());
  }

  /** A text that is not blank, or an integer as text. */
  private static Optional<String> textOf(@Nullable JsonTree value) {
    if (value instanceof Scalar scalar
        && (scalar.token() == JsonToken.VALUE_STRING
            || scalar.token() == JsonToken.VALUE_NUMBER_INT)) {
      return Optional.of(scalar.content()).filter(text -> !text.isBlank());
    }
    return Optional.empty();
  }

  /**
   * Moves the fields of an object whose names contain dots into objects. A field stays where it is
   * if a part of its name is empty, if it would nest too deep, if it is redacted by its whole name
   * only, or if a field without a dot, or nested before it, has its place: of {@code a} and {@code
   * a.b}, both are kept as they are.
   */
  private void nest(Node node, int depth) {
    Map<String, JsonTree> dotted = new LinkedHashMap<>();
    for (Map.Entry<String, JsonTree> field : node.fields().entrySet()) {
      nestBelow(field.getValue(), depth + 1);
      if (field.getKey().indexOf('.') >= 0) {
        dotted.put(field.getKey(), field.getValue());
      }
    }
    dotted.forEach((name, value) -> move(node, name, value, depth));
  }

  private void nestBelow(JsonTree value, int depth) {
    switch (value) {
      case Node below -> nest(below, depth);
      case Items items -> items.items().forEach(item -> nestBelow(item, depth + 1));
      case Scalar scalar -> {}
    }
  }

  private void move(Node node, String name, JsonTree value, int depth) {
    List<String> parts = List.of(name.split("\\.", -1));
    if (parts.contains("")
        || depth + parts.size() + value.height() > checks.maxDepth()
        || (checks.names().name(name).redacted()
            && !checks.names().name(parts.getLast()).redacted())) {
      return;
    }
    List<Node> path = new ArrayList<>();
    Node last = node;
    for (String part : parts.subList(0, parts.size() - 1)) {
      JsonTree next = last.fields().get(part);
      if (next != null && !(next instanceof Node)) {
        return;
      }
      last = next == null ? new Node() : (Node) next;
      path.add(last);
    }
    if (last.fields().containsKey(parts.getLast())) {
      return;
    }
    Node parent = node;
    for (int i = 0; i < path.size(); i++) {
      parent.fields().put(parts.get(i), path.get(i));
      parent = path.get(i);
    }
    node.fields().remove(name);
    last.fields().put(parts.getLast(), value);
    inferences.add(name, "nested");
  }
}
