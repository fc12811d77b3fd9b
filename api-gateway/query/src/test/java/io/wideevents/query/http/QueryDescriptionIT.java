package io.wideevents.query.http;

import static io.wideevents.query.http.QueryApi.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.wideevents.event.TestEvents;
import io.wideevents.query.store.StoredEvents;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The answers of the API are as {@code /query-openapi.yaml} describes them. */
class QueryDescriptionIT {
  private static final String DOCUMENT = "http://gateway.example/query-openapi.yaml";

  private static StoredEvents stored;
  private static QueryApi api;
  private static JsonNode description;
  private static SchemaRegistry schemas;
  private static String eventId;

  @BeforeAll
  static void start() throws Exception {
    stored = StoredEvents.in(QueryDescriptionIT.class);
    stored.add(TestEvents.checkouts(5, Instant.now()));
    api = new QueryApi(stored.settings(Duration.ofSeconds(10)), 2);
    description = new YAMLMapper().readTree(api.get("/query-openapi.yaml").body());
    schemas =
        SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder -> builder.schemas(Map.of(DOCUMENT, closed(description))));
    eventId = json(api.get("/v1/events?limit=1")).at("/events/0/eventId").asString();
  }

  @AfterAll
  static void close() {
    api.close();
    stored.close();
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/events, 200, /v1/events?limit=2",
    "/v1/events, 200, /v1/events",
    "/v1/events, 400, /v1/events?filter=a:*",
    "/v1/events, 400, /v1/events?from=x",
    "/v1/events, 400, /v1/events?cursor=x",
    "/v1/events, 400, /v1/events?limit=x",
    "/v1/events/{eventId}, 200, /v1/events/ID",
    "/v1/events/{eventId}, 400, /v1/events/x",
    "/v1/events/{eventId}, 404, /v1/events/0192f0c1-2b4d-4f6e-9a1b-2c3d4e5f6071",
    "/v1/requests/{requestId}, 200, /v1/requests/req-00000001",
    "/v1/fields, 200, /v1/fields",
    "/v1/fields/{name}/values, 200, /v1/fields/flags/values",
    "/v1/fields/{name}/values, 200, /v1/fields/cart.total/values",
    "/v1/fields/{name}/values, 200, /v1/fields/coupon/values",
    "/v1/fields/{name}/values, 400, /v1/fields/a..b/values",
    "/v1/tail, 400, /v1/tail?filter=a:*"
  })
  void answer_isAsDescribed(String path, int status, String request) throws Exception {
    HttpResponse<String> response = api.get(request.replace("ID", eventId));

    assertThat(response.statusCode()).isEqualTo(status);
    String pointer = "/paths/%s/get/responses/%d".formatted(path.replace("/", "~1"), status);
    JsonNode described = description.at(pointer);
    if (described.has("$ref")) {
      pointer = described.get("$ref").asString().substring(1);
      described = description.at(pointer);
    }
    String mediaType = response.headers().firstValue("Content-Type").orElseThrow();
    assertThat(described.get("content").has(mediaType)).as(mediaType).isTrue();
    assertThat(faults(pointer + "/content/" + mediaType.replace("/", "~1") + "/schema", response))
        .isEmpty();
    if (described.has("x-codes")) {
      assertThat(described.get("x-codes").values().stream().map(JsonNode::asString))
          .contains(json(response).get("code").asString());
    }
  }

  private static List<String> faults(String pointer, HttpResponse<String> response) {
    return schemas
        .getSchema(SchemaLocation.of(DOCUMENT + "#" + pointer))
        .validate(
            response.body(),
            InputFormat.JSON,
            context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
        .stream()
        .map(Error::toString)
        .toList();
  }

  /** The description with closed schemas, so that an undescribed field of a reply is a fault. */
  private static String closed(JsonNode root) {
    JsonNode closed = root.deepCopy();
    for (JsonNode schema : closed.at("/components/schemas").values()) {
      if (schema.has("properties") && !schema.has("additionalProperties")) {
        ((ObjectNode) schema).put("additionalProperties", false);
      }
    }
    return new JsonMapper().writeValueAsString(closed);
  }
}
