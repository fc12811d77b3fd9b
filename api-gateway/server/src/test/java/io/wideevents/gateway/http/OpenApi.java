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
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
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
                        closed(root),
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
    List<String> faults =
        new ArrayList<>(
            validate(pointer + "/content/" + mediaType.replace("/", "~1") + "/schema", body));
    if (response.has("x-codes")) {
      String code = new JsonMapper().readTree(body).path("code").asString("");
      if (!codes(response).contains(code)) {
        faults.add("the code %s is not described".formatted(code));
      }
    }
    return faults;
  }

  /** The codes that problems of a status may have. */
  Set<String> codes(int status) {
    Set<String> codes = new TreeSet<>();
    statusResponses().stream()
        .filter(response -> response.getKey() == status)
        .forEach(response -> codes.addAll(codes(response.getValue())));
    return codes;
  }

  /** Every status that a problem is described for. */
  Set<Integer> problemStatuses() {
    return statusResponses().stream().map(Map.Entry::getKey).collect(Collectors.toSet());
  }

  /** The codes an entry, or an item of {@code errors}, may have. */
  Set<String> eventCodes() {
    return texts(root.at("/components/schemas/EventProblem/properties/code/x-extensible-enum"));
  }

  private Set<String> codes(JsonNode response) {
    Set<String> codes = texts(response.path("x-codes"));
    if (response.path("x-codes-also").asString("").equals("EventProblem")) {
      codes.addAll(eventCodes());
    }
    return codes;
  }

  private static Set<String> texts(JsonNode array) {
    return array.values().stream()
        .map(JsonNode::asString)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Every described problem with its status: of the operations, and of no operation. */
  private List<Map.Entry<Integer, JsonNode>> statusResponses() {
    List<Map.Entry<Integer, JsonNode>> found = new ArrayList<>();
    for (String operation : operations()) {
      for (Map.Entry<String, JsonNode> response : responses(operation).properties()) {
        found.add(Map.entry(Integer.valueOf(response.getKey()), resolved(response.getValue())));
      }
    }
    for (JsonNode response : root.at("/components/responses").values()) {
      if (response.has("x-status")) {
        found.add(Map.entry(response.get("x-status").asInt(), response));
      }
    }
    found.removeIf(response -> !response.getValue().has("x-codes"));
    return found;
  }

  private JsonNode resolved(JsonNode node) {
    return node.has("$ref") ? root.at(node.get("$ref").asString().substring(1)) : node;
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

  /**
   * The description with closed schemas of replies, so that a reply with an undescribed field is a
   * fault. Clients see open schemas, because later versions may add fields.
   */
  private static String closed(JsonNode root) {
    JsonNode closed = root.deepCopy();
    for (JsonNode schema : closed.at("/components/schemas").values()) {
      if (schema.has("properties")) {
        ((ObjectNode) schema).put("additionalProperties", false);
      }
    }
    return new JsonMapper().writeValueAsString(closed);
  }
}
