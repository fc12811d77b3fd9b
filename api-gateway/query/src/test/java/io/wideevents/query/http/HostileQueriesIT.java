package io.wideevents.query.http;

import static io.wideevents.query.http.QueryApi.json;
import static io.wideevents.query.http.QueryApi.path;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.query.store.StoredEvents;
import io.wideevents.stack.TestStack;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Queries that are made to do harm are rejected, or answered within limits of time and size. */
class HostileQueriesIT {
  private static final int EVENTS = 400;
  private static final int LONG_TEXT = 50_000;
  private static final Duration TIME = Duration.ofSeconds(60);
  private static final int MAX_REPLY = 12 << 20;
  private static final int CONCURRENCY = 1;

  private static StoredEvents stored;
  private static QueryApi api;

  @BeforeAll
  static void start() {
    Assumptions.assumeTrue(TestStack.mongoIsServer(), "The stand-in for MongoDB lacks expressions");
    stored = StoredEvents.in(HostileQueriesIT.class);
    stored.add(IntStream.range(0, EVENTS).mapToObj(HostileQueriesIT::event).toList());
    api = new QueryApi(stored.settings(Duration.ofSeconds(30)), CONCURRENCY);
  }

  /** A long text, different in each event, and names that mean something elsewhere. */
  private static String event(int n) {
    return """
        {"eventId":"%s","requestId":"r%d","service":"shop","route":"/","timestamp":"%s","same":"%s",\
        "long":"%06d%s","$where":"sleep(1000)","js":{"__proto__":{"constructor":1}},"a.b":1,\
        "lists":[[[1]],[[%d]]],"large":1e6144,"list":[%s],"performance":{"durationMs":%d},\
        "_sampling":{"rate":%s}}"""
        .formatted(
            UUID.randomUUID(),
            n,
            Instant.now().minusSeconds(n),
            "a".repeat(LONG_TEXT),
            n,
            "b".repeat(LONG_TEXT),
            n,
            "1e6144,".repeat(200) + "1",
            n,
            n == 0 ? "1e6144" : "1");
  }

  @AfterAll
  static void close() {
    if (api != null) {
      api.close();
      stored.close();
    }
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // Operators
        "/v1/events?filter={} | $where:1 | 400 filter_invalid",
        "/v1/events?filter={} | {\"$where\":\"sleep(1)\"} | 400 filter_invalid",
        "/v1/events?filter={} | a.$expr:1 | 400 filter_invalid",
        "/v1/events?filter={} | same:{$ne:null} | 200",
        "/v1/fields/{}/values | $$ROOT | 400 field_invalid",
        "/v1/events?filter=a&filter%5B%24ne%5D={} | 1 | 400 parameter_invalid",
        "/v1/requests/{} | {\"$gt\":\"\"} | 200",
        "/v1/events/{} | {\"$ne\":1} | 400 parameter_invalid",
        // Regular expressions
        "/v1/events?filter={} | same:(a+)+$ | 200",
        "/v1/events?filter={} | same:a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b | 200",
        "/v1/events?filter={} | same:a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b | 400 filter_invalid",
        "/v1/events?filter={} | same:*a | 400 filter_invalid",
        "/v1/events?filter={} | same:a*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab* | 400 filter_invalid",
        "/v1/events?filter={} | \"^(.*)*$\" | 200",
        // Huge ranges
        "/v1/events?from={} | -500d | 400 range_invalid",
        "/v1/events?from={} | -999999999d | 400 range_invalid",
        "/v1/events?from=0&to={} | 999999999999999 | 400 range_invalid",
        "/v1/events?from={}&to=now | +1000000000-01-01T00:00:00Z | 400 range_invalid",
        "/v1/events?limit={} | 2147483648 | 400 parameter_invalid",
        "/v1/events?from=-399d&limit={} | 1000 | 200",
        "/v1/events?cursor={} | AQB__________3__________f_________38AAAAAAAAAAAAAAAAAAAAA | 400 cursor_invalid",
        // Deep paths and names of other languages
        "/v1/events?filter={} | a.a.a.a.a.a.a.a.a.a.a.a.a:1 | 400 filter_invalid",
        "/v1/fields/{}/values | js.__proto__.constructor | 200",
        "/v1/fields/{}/values | lists | 200",
        "/v1/fields/{}/values | large | 200",
        "/v1/fields?prefix={} | js.__proto__ | 200",
      })
  void getQueries_areRejectedOrBounded(String path, String value, String expected)
      throws Exception {
    HttpResponse<String> response = within(() -> api.get(path(path, value)));

    assertAnswer(response, expected);
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "query | {\"groupBy\":[{\"$function\":{}}]} | 400 body_invalid",
        "query | {\"groupBy\":[\"$long\"]} | 400 field_invalid",
        "query | {\"calculate\":[\"p95($$ROOT)\"]} | 400 field_invalid",
        "query | {\"calculate\":[\"accumulator(a)\"]} | 400 body_invalid",
        "query | {\"groupBy\":[\"a\",\"b\",\"c\",\"d\"]} | 400 body_invalid",
        "query | {\"series\":\"1s\",\"from\":\"-400d\"} | 400 body_invalid",
        "query | {\"limit\":1e9} | 400 body_invalid",
        "query | {\"$merge\":\"other\"} | 400 body_invalid",
        // Groups with 20 MB of values
        "query | {\"groupBy\":[\"long\"],\"orderBy\":\"count\"} | 422 too_many_groups",
        "query | {\"groupBy\":[\"long\"],\"calculate\":[\"p95(duration)\"]} | 422 too_many_groups",
        "query | {\"calculate\":[\"distinct(long)\",\"distinct(lists)\",\"max(large)\",\"sum(large)\"],\"series\":\"auto\"} | 200",
        "query | {\"calculate\":[\"p99(large)\"],\"heatmap\":\"large\",\"series\":\"auto\"} | 200",
        // An event that stands for more events than a double can hold
        "query | {\"calculate\":[\"count\",\"error_rate\",\"avg(duration)\",\"p50(duration)\"],\"groupBy\":[\"service\"],\"series\":\"auto\"} | 200",
        "compare | {\"selection\":{\"from\":\"-399d\"},\"baseline\":{\"from\":\"-399d\",\"filter\":\"has:list\"}} | 200",
        "compare | {\"selection\":{\"filter\":\"duration:>200\"},\"baseline\":{\"from\":\"-399d\"}} | 200",
        "compare | {\"selection\":[],\"baseline\":{\"$gt\":1}} | 400 body_invalid",
      })
  void postedQueries_areRejectedOrBounded(String route, String body, String expected)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(api.request("/v1/" + route), (name, value) -> true)
            .POST(BodyPublishers.ofString(body))
            .build();

    HttpResponse<String> response =
        within(() -> api.client().send(request, BodyHandlers.ofString()));

    assertAnswer(response, expected);
  }

  @Test
  void streamOfLargeNumbers_isNotLargerThanTheEvents() throws Exception {
    HttpResponse<String> response =
        within(() -> api.get("/v1/events?limit=20", "Accept", "application/x-ndjson"));

    assertThat(response.body().lines()).hasSize(21);
    assertThat(response.body()).hasSizeLessThan(20 * 3 * LONG_TEXT);
  }

  @Test
  void stream_endsBeforeItsNextPage_whenItsKeyIsDeleted() throws Exception {
    HttpRequest request = api.request("/v1/events?limit=400", "Accept", "application/x-ndjson");
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                api.client().send(request, BodyHandlers.ofInputStream()).body(), UTF_8))) {
      assertThat(lines.readLine()).contains("eventId");

      api.admits = false;

      List<String> rest = lines.lines().toList();
      assertThat(rest).hasSizeLessThan(EVENTS);
      assertThat(rest.getLast()).startsWith("{\"_problem\":").contains("key_unknown");
    } finally {
      api.admits = true;
    }
  }

  @Test
  void clientsThatDoNotSendTheirBody_doNotDelayOthers() throws Exception {
    List<Socket> stalled = new ArrayList<>();
    try {
      for (int i = 0; i < 20; i++) {
        Socket socket = new Socket("127.0.0.1", api.port());
        stalled.add(socket);
        socket
            .getOutputStream()
            .write(
                "POST /v1/query HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{"
                    .getBytes(US_ASCII));
        socket.getOutputStream().flush();
      }
      for (int i = 0; i < 10; i++) {
        assertThat(api.get("/v1/events?limit=1").statusCode()).isEqualTo(200);
      }
    } finally {
      for (Socket socket : stalled) {
        socket.close();
      }
    }
  }

  @Test
  void addressWithAPercentSignThatIsNoEscape_isRejected() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", api.port())) {
      socket
          .getOutputStream()
          .write("GET /v1/events?filter=50% HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(US_ASCII));

      assertThat(firstLine(socket)).isEqualTo("HTTP/1.1 400 Bad Request");
    }
  }

  private static String firstLine(Socket socket) throws IOException {
    return new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII)).readLine();
  }

  @Test
  void clientThatDoesNotReadItsStatistics_doesNotKeepThePlacesOfOthers() throws Exception {
    // 100 groups, each with a key of 50 KB
    String body = "{\"groupBy\":[\"long\"],\"filter\":\"duration:<100\",\"limit\":100}";
    List<Socket> stalled = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        Socket socket = new Socket();
        stalled.add(socket);
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress("127.0.0.1", api.port()));
        socket
            .getOutputStream()
            .write(
                "POST /v1/query HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s"
                    .formatted(body.length(), body)
                    .getBytes(US_ASCII));
        socket.getOutputStream().flush();
        assertThat(new String(socket.getInputStream().readNBytes(12), US_ASCII))
            .isEqualTo("HTTP/1.1 200");
      }

      assertAnswer(api.get("/v1/events?limit=1"), "429 query_busy");
      assertAnswer(api.get("/v1/events?limit=1", "Client", "another"), "200");
    } finally {
      for (Socket socket : stalled) {
        socket.close();
      }
    }
    await().until(() -> api.get("/v1/events?limit=1").statusCode() == 200);
  }

  private interface Call {
    HttpResponse<String> send() throws Exception;
  }

  private static HttpResponse<String> within(Call call) throws Exception {
    long start = System.nanoTime();
    HttpResponse<String> response = call.send();
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(TIME);
    return response;
  }

  /**
   * @param expected the status, and the code of a problem
   */
  private static void assertAnswer(HttpResponse<String> response, String expected) {
    String code = response.statusCode() == 200 ? "" : " " + json(response).get("code").asString();
    assertThat(response.statusCode() + code).isEqualTo(expected);
    assertThat(response.body()).hasSizeLessThan(MAX_REPLY);
    assertThat(response.body()).doesNotContain("Exception", "MongoCommand");
  }
}
