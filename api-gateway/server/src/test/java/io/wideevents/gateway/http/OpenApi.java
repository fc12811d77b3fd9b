package io.wideevents.gateway.http;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The served description of the API, as tests ask it. */
final class OpenApi {
  private static final String BASE = "http://gateway.example";

  private final JsonNode root;
  private final SchemaRegistry registry;

  /**
   * @param yaml what {@code /openapi.yaml} answers
   * @param eventSchema what {@code /schemas/event.json} answers
   */
  OpenApi(String yaml, String eventSchema) {
    root = new YAMLMapper().readTree(yaml);
    registry =
        SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder ->
                builder.schemas(
                    Map.of(
                        BASE + "/openapi.yaml",
                        new JsonMapper().writeValueAsString(root),
                        BASE + "/schemas/event.json",
                        eventSchema)));
  }

  /** A request that the description gives as an example, and the status it is said to get. */
  record ExampleRequest(String name, String mediaType, String body, int status) {
    @Override
    public String toString() {
      return name + " " + mediaType;
    }
  }

  JsonNode root() {
    return root;
  }

  Set<String> paths() {
    return new TreeSet<>(root.get("paths").propertyNames());
  }

  /** Each operation as {@code post /v1/events}. */
  Set<String> operations() {
    Set<String> operations = new TreeSet<>();
    root.get("paths")
        .propertyStream()
        .forEach(
            path ->
                path.getValue()
                    .propertyNames()
                    .forEach(method -> operations.add(method + " " + path.getKey())));
    return operations;
  }

  /** Every documented answer as {@code post /v1/events 202}. */
  Set<String> answers() {
    Set<String> answers = new TreeSet<>();
    for (String operation : operations()) {
      responses(operation).propertyNames().forEach(status -> answers.add(operation + " " + status));
    }
    return answers;
  }

  /** What is wrong with an answer; empty when it is as described. */
  List<String> faults(String operation, int status, String contentType, String body) {
    JsonNode response = responses(operation).get(Integer.toString(status));
    if (response == null) {
      return List.of("%s does not answer %d".formatted(operation, status));
    }
    String pointer = pointer(operation, status);
    if (response.has("$ref")) {
      pointer = response.get("$ref").asString().substring(1);
      response = root.at(pointer);
    }
    return faults(response, pointer, contentType, body);
  }

  /** As {@link #faults}, for a response that belongs to no operation. */
  List<String> faultsOf(String component, String contentType, String body) {
    String pointer = "/components/responses/" + component;
    return faults(root.at(pointer), pointer, contentType, body);
  }

  private List<String> faults(JsonNode response, String pointer, String contentType, String body) {
    JsonNode content = response.get("content");
    if (content == null) {
      return body.isEmpty() ? List.of() : List.of("a body where none is described");
    }
    String mediaType = contentType.split(";", -1)[0];
    if (!content.has(mediaType)) {
      return List.of(mediaType + " is not described");
    }
    if (!mediaType.endsWith("json")) {
      return List.of();
    }
    return validate(pointer + "/content/" + mediaType.replace("/", "~1") + "/schema", body);
  }

  /** The values of every {@code enum} and {@code const} of a {@code code} below a status. */
  Set<String> codes(int status) {
    Set<String> codes = new TreeSet<>();
    for (JsonNode schema : statusSchemas(root)) {
      if (schema.at("/status/const").asInt(0) == status) {
        collect(schema.get("code"), codes);
      }
    }
    return codes;
  }

  /** Every status that a problem is described for. */
  Set<Integer> problemStatuses() {
    Set<Integer> statuses = new TreeSet<>();
    statusSchemas(root).forEach(schema -> statuses.add(schema.at("/status/const").asInt()));
    return statuses;
  }

  /** The codes an entry, or an item of {@code errors}, may have. */
  Set<String> eventCodes() {
    Set<String> codes = new TreeSet<>();
    collect(root.at("/components/schemas/EventError/properties/code"), codes);
    return codes;
  }

  List<ExampleRequest> exampleRequests() {
    List<ExampleRequest> examples = new ArrayList<>();
    for (Map.Entry<String, JsonNode> content :
        root.at("/paths/~1v1~1events/post/requestBody/content").properties()) {
      for (Map.Entry<String, JsonNode> example : content.getValue().get("examples").properties()) {
        JsonNode value = example.getValue().get("value");
        examples.add(
            new ExampleRequest(
                example.getKey(),
                content.getKey(),
                value.isString() ? value.asString() : value.toString(),
                example.getValue().get("x-expected-status").asInt()));
      }
    }
    return examples;
  }

  /** What is wrong with an example request as the request's schema sees it. */
  List<String> requestFaults(ExampleRequest example) {
    return validate(
        "/paths/~1v1~1events/post/requestBody/content/application~1json/schema", example.body());
  }

  /** Faults of every example answer, by where it stands. */
  List<String> exampleFaults() {
    List<String> faults = new ArrayList<>();
    for (String answer : answers()) {
      String operation = answer.substring(0, answer.lastIndexOf(' '));
      String status = answer.substring(answer.lastIndexOf(' ') + 1);
      JsonNode content = responses(operation).get(status).path("content");
      for (Map.Entry<String, JsonNode> media : content.properties()) {
        for (JsonNode example : media.getValue().path("examples").values()) {
          faults(
                  operation,
                  Integer.parseInt(status),
                  media.getKey(),
                  example.get("value").toString())
              .forEach(fault -> faults.add(answer + ": " + fault));
        }
      }
    }
    return faults;
  }

  private List<String> validate(String pointer, String json) {
    Schema schema = registry.getSchema(SchemaLocation.of(BASE + "/openapi.yaml#" + pointer));
    return schema
        .validate(
            json,
            InputFormat.JSON,
            context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
        .stream()
        .map(Error::toString)
        .toList();
  }

  private JsonNode responses(String operation) {
    String[] parts = operation.split(" ", -1);
    return root.get("paths").get(parts[1]).get(parts[0]).get("responses");
  }

  private static String pointer(String operation, int status) {
    String[] parts = operation.split(" ", -1);
    return "/paths/%s/%s/responses/%d".formatted(parts[1].replace("/", "~1"), parts[0], status);
  }

  /** Every {@code properties} that pins a status and a code. */
  private static List<JsonNode> statusSchemas(JsonNode node) {
    List<JsonNode> found = new ArrayList<>();
    if (node.path("status").has("const") && node.path("status").get("const").isInt()) {
      found.add(node);
    }
    node.values().forEach(child -> found.addAll(statusSchemas(child)));
    return found;
  }

  private void collect(JsonNode schema, Set<String> codes) {
    if (schema.has("$ref")) {
      collect(root.at(schema.get("$ref").asString().substring(1)), codes);
    }
    schema.path("enum").values().forEach(code -> codes.add(code.asString()));
    if (schema.has("const")) {
      codes.add(schema.get("const").asString());
    }
    schema.path("anyOf").values().forEach(choice -> collect(choice, codes));
  }
}
