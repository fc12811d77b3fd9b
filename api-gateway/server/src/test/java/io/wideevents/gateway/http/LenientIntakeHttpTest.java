package io.wideevents.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EncodedEvent;
import io.wideevents.event.TestEvents;
import io.wideevents.event.Tier;
import io.wideevents.gateway.access.AccessControl;
import io.wideevents.gateway.access.ApiKeys;
import io.wideevents.gateway.access.RateLimits;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Posts to a gateway with a lenient intake, over HTTP. */
class LenientIntakeHttpTest {
  private final Instant now = Instant.now();
  private final String valid = TestEvents.minimal("req-1", now);
  private final String shippers =
      "{\"log\":[{\"time\":%d.5,\"level\":\"warn\"},{\"@timestamp\":\"%s\",\"level\":\"info\"}]}"
          .formatted(now.getEpochSecond(), now);
  private final TestServer server =
      TestServer.withIntake("lenient;nest;last-wins;events=/log;service=web;route=access");

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void eventsOfAShipper_areCompletedAndNameWhatWasInferred() {
    HttpResponse<String> response = post(shippers, Optional.empty());

    assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
    List<BsonDocument> documents = documents(server);
    assertThat(documents).hasSize(2);
    assertThat(documents.getFirst().getString("service").getValue()).isEqualTo("web");
    assertThat(documents.getFirst().getDocument("_ingest").getArray("inferred").getValues())
        .extracting(text -> text.asString().getValue())
        .contains("timestamp: from time", "route: by default", "events: from /log", "body: JSON")
        .contains("requestId: generated");
  }

  static Stream<Arguments> contentTypes() {
    return Stream.of(
        Arguments.of(Optional.empty()),
        Arguments.of(Optional.of("text/plain")),
        Arguments.of(Optional.of("application/x-www-form-urlencoded")),
        Arguments.of(Optional.of("application/json")),
        Arguments.of(Optional.of("application/x-ndjson; charset=utf-8")));
  }

  @ParameterizedTest
  @MethodSource("contentTypes")
  void lines_areReadUnderAnyContentType(Optional<String> contentType) {
    String body = TestEvents.ndjson(TestEvents.checkouts(3, now));

    HttpResponse<String> response = post(body, contentType);

    assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
    assertThat(ReplyJson.parse(response.body())).containsEntry("accepted", 3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json; charset=utf-16", "text/plain; charset=latin1"})
  void otherCharsets_areRejected(String contentType) {
    assertThat(post(valid, Optional.of(contentType)).statusCode()).isEqualTo(415);
  }

  /** A page may send such a body to a gateway on the visitor's machine without asking first. */
  @ParameterizedTest
  @ValueSource(strings = {"Origin: https://evil.example", "Sec-Fetch-Site: cross-site"})
  void aWebPage_cannotPostWithoutTheMediaTypeThatMakesItsBrowserAsk(String header) {
    String[] parts = header.split(": ", -1);
    for (Optional<String> type : List.of(Optional.<String>empty(), Optional.of("text/plain"))) {
      HttpRequest.Builder request = request(valid, type).header(parts[0], parts[1]);

      assertThat(server.send(request).statusCode()).isEqualTo(415);
    }
    assertThat(server.logger.calls()).isEmpty();
  }

  @Test
  void headers_nameServiceAndRoute() {
    String event = "{\"requestId\":\"r\",\"timestamp\":\"%s\"}".formatted(now);

    HttpResponse<String> response =
        server.post(
            event.getBytes(UTF_8),
            "application/json",
            "Wide-Service",
            "shop",
            "Wide-Route",
            "GET /");

    assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
    BsonDocument document = documents(server).getFirst();
    assertThat(document.getString("service").getValue()).isEqualTo("shop");
    assertThat(document.getString("route").getValue()).isEqualTo("GET /");
  }

  @Test
  void theSamePost_isTheSameEvents() {
    String first = post(shippers, Optional.empty()).body();
    String again = post(shippers, Optional.empty()).body();

    assertThat(again).isEqualTo(first);
    assertThat(server.logger.durable()).hasSize(2);
  }

  @Test
  void rejectedEvents_haveALineAndAFix() {
    String body = valid + "\n{\"requestId\":\"req-2\",\"time\":\"soon\"}\n" + valid + "\n";

    HttpResponse<String> response = post(body, Optional.empty());

    assertThat(response.statusCode()).isEqualTo(207);
    assertThat(ReplyJson.events(ReplyJson.parse(response.body())).get(1)).containsEntry("line", 2);
    assertThat(ReplyJson.codes(ReplyJson.events(ReplyJson.parse(response.body())).get(1)))
        .containsExactly("missing_field");
  }

  @Test
  void memory_isReleasedAfterLenientPosts() {
    for (int i = 0; i < 5; i++) {
      post(shippers, Optional.empty());
    }

    assertThat(server.inFlightBytes()).isZero();
  }

  @Test
  void eachKey_hasItsOwnIntake(@TempDir Path directory) throws IOException {
    // Given
    Path file =
        Files.writeString(
            directory.resolve("keys"),
            "plain:%s:ingest%nshipper:%s:ingest:lenient;service=web;route=GET /x:y%n"
                .formatted(sha256("plain-key"), sha256("shipper-key")));
    AccessControl access = new AccessControl(Optional.of(ApiKeys.open(file)), RateLimits.none());
    byte[] event = "{\"requestId\":\"r\",\"ts\":%d}".formatted(now.toEpochMilli()).getBytes(UTF_8);

    try (TestServer guarded = new TestServer(Optional.empty(), access)) {
      // When
      int strict =
          guarded.post(event, "application/json", "Authorization", "Bearer plain-key").statusCode();
      int lenient =
          guarded
              .post(event, "application/json", "Authorization", "Bearer shipper-key")
              .statusCode();

      // Then
      assertThat(strict).isEqualTo(422);
      assertThat(lenient).isEqualTo(202);
      assertThat(documents(guarded).getFirst().getString("route").getValue()).isEqualTo("GET /x:y");
    }
  }

  private HttpResponse<String> post(String body, Optional<String> contentType) {
    return server.send(request(body, contentType));
  }

  private HttpRequest.Builder request(String body, Optional<String> contentType) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.uri("/v1/events"))
            .POST(BodyPublishers.ofByteArray(body.getBytes(UTF_8)));
    contentType.ifPresent(type -> request.header("Content-Type", type));
    return request;
  }

  private static List<BsonDocument> documents(TestServer server) {
    return server.logger.calls().getLast().stream().map(LenientIntakeHttpTest::document).toList();
  }

  private static BsonDocument document(EncodedEvent event) {
    return BsonDocument.parse(event.document(Tier.KAFKA).bson().toJson());
  }

  private static String sha256(String key) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
