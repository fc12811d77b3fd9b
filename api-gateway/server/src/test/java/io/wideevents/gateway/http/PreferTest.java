package io.wideevents.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.TestEvents;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Replies to {@code POST /v1/events} with and without the header {@code Prefer}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PreferTest {
  private static final String INVALID = "{\"requestId\":\"req-2\"}";
  private static final int LARGE = EventsReply.MAX_LISTED_WHEN_ACCEPTED + 1;

  private final Instant now = Instant.now();
  private final String valid = TestEvents.minimal("req-1", now);
  private final TestServer server = new TestServer();
  private int callsBefore;

  @BeforeEach
  void countCalls() {
    callsBefore = server.logger.calls().size();
  }

  @AfterAll
  void close() {
    server.close();
  }

  @ParameterizedTest(name = "{1} events, Prefer: {0}")
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "\"\", 1, true",
        "\"\", 40, true",
        "\"\", 41, false",
        "\"\", 200, false",
        "return=minimal, 1, false",
        "return=minimal, 3, false",
        "return=representation, 200, true",
        "handling=strict, 3, true"
      })
  void acceptedEvents_areListedUnlessTheBatchIsLargeOrTheClientAsksForLess(
      String prefer, int events, boolean isListed) {
    // When
    HttpResponse<String> response =
        post(prefer, TestEvents.ndjson(TestEvents.checkouts(events, now)));

    // Then
    assertThat(response.statusCode()).isEqualTo(202);
    Document reply = ReplyJson.parse(response.body());
    assertThat(reply).containsEntry("accepted", events).containsEntry("tier", "kafka");
    if (isListed) {
      assertThat(ReplyJson.events(reply)).hasSize(events);
    } else {
      assertThat(reply.keySet()).containsExactly("accepted", "tier");
    }
  }

  @Test
  void repliesToLargeBatchesThatAreAccepted_fitTheBufferOfFluentBit() {
    for (int events : List.of(EventsReply.MAX_LISTED_WHEN_ACCEPTED, LARGE)) {
      HttpResponse<String> response =
          post("", TestEvents.ndjson(TestEvents.checkouts(events, now)));

      assertThat(response.body().length()).isLessThan(4_000);
    }
  }

  @Test
  void aLargeBatchWithARejectedEvent_isListedWithoutAsking() {
    List<String> events = TestEvents.checkouts(LARGE, now);

    Document reply = ReplyJson.parse(post("", TestEvents.ndjson(events) + INVALID).body());

    assertThat(ReplyJson.events(reply)).hasSize(LARGE + 1);
  }

  @Test
  void minimal_listsRejectedEventsWithTheirIndexInTheBody() {
    // Given good, poison, good, poison
    String body = TestEvents.ndjson(List.of(valid, INVALID, valid, "{"));

    // When
    HttpResponse<String> response = post("return=minimal", body);

    // Then
    assertThat(response.statusCode()).isEqualTo(207);
    Document reply = ReplyJson.parse(response.body());
    assertThat(reply).containsEntry("accepted", 2).containsEntry("rejected", 2);
    assertThat(ReplyJson.events(reply))
        .extracting(entry -> entry.getInteger("index"))
        .containsExactly(1, 3);
    assertThat(ReplyJson.codes(ReplyJson.events(reply).get(1))).containsExactly("malformed_json");
  }

  @Test
  void minimal_listsAtMostAHundredRejectedEventsInFull() {
    String body = valid + "\n" + String.join("\n", Collections.nCopies(130, INVALID));

    List<Document> entries = ReplyJson.events(ReplyJson.parse(post("return=minimal", body).body()));

    assertThat(entries).hasSize(130);
    assertThat(entries.subList(0, 100))
        .allSatisfy(entry -> assertThat(entry).containsKey("errors"));
    assertThat(entries.subList(100, 130))
        .allSatisfy(entry -> assertThat(entry.keySet()).containsExactly("index", "code"));
  }

  @Test
  void strict_publishesNothingWhenOneEventIsInvalid() {
    // Given
    String body = TestEvents.array(List.of(valid, INVALID, valid));

    // When
    HttpResponse<String> response = post("handling=strict", body);

    // Then
    assertThat(response.statusCode()).isEqualTo(422);
    assertThat(server.logger.calls()).as("nothing is delivered").hasSize(callsBefore);
    Document problem = ReplyJson.parse(response.body());
    assertThat(problem.getString("code")).isEqualTo("invalid_events");
    assertThat(problem.getString("detail")).contains("1 of the 3 events");
    assertThat(problem).containsEntry("accepted", 0).containsEntry("rejected", 1);
    assertThat(ReplyJson.events(problem))
        .singleElement()
        .satisfies(entry -> assertThat(entry).containsEntry("index", 1).containsKey("errors"));
  }

  @Test
  void strict_countsTheValidEventsThatWereNotPublished() {
    int before = server.metrics.rejected().getOrDefault("handling_strict", 0);

    post("handling=strict", TestEvents.array(List.of(valid, INVALID, valid)));

    assertThat(server.metrics.rejected()).containsEntry("handling_strict", before + 2);
  }

  @Test
  void lenient_answers202AndListsTheRejectedEvents() {
    // Given
    String body = TestEvents.array(List.of(valid, INVALID));

    // When
    HttpResponse<String> response = post("handling=lenient, return=minimal", body);

    // Then
    assertThat(response.statusCode()).isEqualTo(202);
    Document reply = ReplyJson.parse(response.body());
    assertThat(reply).containsEntry("accepted", 1).containsEntry("rejected", 1);
    assertThat(ReplyJson.events(reply)).hasSize(1);
    assertThat(response.headers().firstValue("Preference-Applied"))
        .hasValue("handling=lenient, return=minimal");
  }

  @ParameterizedTest
  @MethodSource("bodiesWithoutAValidEvent")
  void lenient_answers422WhenNothingWasKept(String body) {
    HttpResponse<String> response = post("handling=lenient", body);

    assertThat(response.statusCode()).isEqualTo(422);
  }

  static Stream<Arguments> bodiesWithoutAValidEvent() {
    return Stream.of(Arguments.of(INVALID), Arguments.of("[" + INVALID + "," + INVALID + "]"));
  }

  @Test
  void unconfirmedEvents_answer503UnderEveryPreference() {
    // Given
    server.logger.leaveUnconfirmed(event -> true);

    // When
    List<Integer> statuses =
        Stream.of("", "return=minimal", "handling=lenient", "handling=strict")
            .map(prefer -> post(prefer, valid).statusCode())
            .toList();
    server.logger.leaveUnconfirmed(event -> false);

    // Then
    assertThat(statuses).containsOnly(503);
  }

  @Test
  void aReplyWithoutAKnownPreference_namesNoneAsApplied() {
    for (String prefer : Arrays.asList("", "respond-async")) {
      assertThat(post(prefer, valid).headers().firstValue("Preference-Applied")).isEmpty();
    }
  }

  private HttpResponse<String> post(String prefer, String body) {
    String type = body.startsWith("[") ? "application/json" : "application/x-ndjson";
    byte[] bytes = body.getBytes(UTF_8);
    return prefer.isEmpty() ? server.post(bytes, type) : server.post(bytes, type, "Prefer", prefer);
  }
}
