package io.wideevents.query.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EventId;
import io.wideevents.kafka.KafkaAccess;
import io.wideevents.mongo.MongoSettings;
import io.wideevents.query.trace.GatewayState;
import io.wideevents.query.trace.GatewayState.TierState;
import io.wideevents.query.trace.GatewayView;
import io.wideevents.query.trace.SpoolSearch;
import io.wideevents.query.trace.TopicSettings;
import io.wideevents.query.trace.TraceResult;
import io.wideevents.query.trace.TraceResult.DeadLettered;
import io.wideevents.query.trace.TraceResult.Pending;
import io.wideevents.query.trace.TraceResult.Place;
import io.wideevents.query.trace.TraceResult.State;
import io.wideevents.query.trace.TraceResult.Stored;
import io.wideevents.query.trace.TraceResult.Unchecked;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The routes about the way of an event, on a gateway whose MongoDB does not answer. */
class TraceHandlerTest {
  private static final String ID = "0193719d-6c00-8a77-b9ff-000000000001";
  private static final Instant TIME = Instant.parse("2026-11-30T12:00:00Z");

  private final GatewayView gateway =
      new GatewayView(
          () ->
              new GatewayState(
                  List.of(
                      new TierState("kafka", "down", "no broker answered in time"),
                      new TierState("mongodb", "up", "")),
                  new GatewayState.Spool(3, 4_096, Optional.of(TIME))),
          id -> new SpoolSearch.Found(Optional.of(TIME), true),
          Optional.of(
              new TopicSettings(
                  new KafkaAccess("unknown.invalid:9092", "test", Map.of()), "e", "d", "g")));
  private final QueryApi api = new QueryApi(mongo(), 2, gateway);

  private static MongoSettings mongo() {
    return new MongoSettings(
        "mongodb://127.0.0.1:1",
        "wide_events",
        "wide_events",
        Duration.ofMillis(200),
        Duration.ofMillis(100),
        4,
        Duration.ofDays(30),
        false);
  }

  @AfterEach
  void close() {
    api.close();
  }

  @Test
  void trace_answersWithThePlacesThatAnswer() throws Exception {
    HttpResponse<String> response = api.get("/v1/events/" + ID + "/trace");

    JsonNode reply = QueryApi.json(response);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
    assertThat(reply.path("eventId").asString()).isEqualTo(ID);
    assertThat(reply.path("state").asString()).isEqualTo("spooled");
    assertThat(reply.path("spool").path("spooledAt").asString()).isEqualTo(TIME.toString());
    assertThat(reply.path("checked").toString()).isEqualTo("[\"spool\"]");
    assertThat(reply.path("unchecked").findValuesAsString("place"))
        .containsExactly("mongodb", "kafka", "dead letters");
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/events/nonsense/trace, event id",
    "/v1/events/0193719d-6c00-8a77-b9ff-000000000001/trace?request=r, requestId",
    "/v1/pipeline?a=b, parameter"
  })
  void aWrongParameter_isNamed(String path, String problem) throws Exception {
    HttpResponse<String> response = api.get(path);

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(QueryApi.json(response).path("code").asString()).isEqualTo("parameter_invalid");
    assertThat(response.body()).contains(problem);
  }

  @Test
  void pipeline_showsTiersAndSpoolWithoutKafka() throws Exception {
    HttpResponse<String> response = api.get("/v1/pipeline");

    assertThat(response.statusCode()).isEqualTo(200);
    JsonNode reply = QueryApi.json(response);
    assertThat(reply.path("status").asString()).isEqualTo("degraded");
    assertThat(reply.path("tiers").toString())
        .isEqualTo(
            "[{\"tier\":\"kafka\",\"state\":\"down\",\"detail\":\"no broker answered in time\"},{\"tier\":\"mongodb\",\"state\":\"up\"}]");
    assertThat(reply.path("spool").toString())
        .isEqualTo("{\"events\":3,\"bytes\":4096,\"oldest\":\"2026-11-30T12:00:00Z\"}");
    assertThat(reply.path("lag").isNull()).isTrue();
    assertThat(reply.path("deadLetters").isNull()).isTrue();
    assertThat(reply.path("reason").asString()).isNotEmpty();
    assertThat(reply.path("traceLink").isNull()).isTrue();
  }

  @Test
  void write_showsEveryPart() {
    TraceResult found =
        new TraceResult(
            EventId.parse(ID),
            State.DEAD_LETTERED,
            "Why",
            Optional.of(new Stored(Optional.of(TIME), Optional.of(TIME), Optional.of("spool"))),
            Optional.of(new Pending(OptionalInt.of(3), OptionalLong.of(7), 120, 50, false)),
            Optional.of(new SpoolSearch.Found(Optional.empty(), false)),
            Optional.of(new DeadLettered("expired", Optional.of("timestamp_expired"), 1, 42)),
            List.of(Place.values()),
            List.of(new Unchecked(Place.KAFKA, "away")));

    String json = new String(JsonReply.object(out -> TraceHandler.write(out, found)), UTF_8);

    assertThat(json)
        .isEqualTo(
            """
            {"eventId":"%s","state":"dead_lettered","detail":"Why",\
            "stored":{"timestamp":"2026-11-30T12:00:00Z","receivedAt":"2026-11-30T12:00:00Z","tier":"spool"},\
            "kafka":{"partition":3,"lag":120,"ahead":7,"searched":"first 50"},\
            "spool":{"searched":"a part"},\
            "deadLetter":{"reason":"expired","code":"timestamp_expired","partition":1,"offset":42},\
            "checked":["mongodb","spool","kafka","dead letters"],\
            "unchecked":[{"place":"kafka","reason":"away"}]}"""
                .formatted(ID));
  }
}
