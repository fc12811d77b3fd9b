package io.wideevents.codec;

import static io.wideevents.event.TestEvents.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.ExplainVerbosity;
import io.wideevents.event.EventDocument;
import io.wideevents.event.Tier;
import io.wideevents.mongo.EventCollection;
import io.wideevents.mongo.LayoutOutcome;
import io.wideevents.mongo.MongoBatchWriter;
import io.wideevents.mongo.MongoConnection;
import io.wideevents.mongo.MongoSettings;
import io.wideevents.mongo.WriteOutcome;
import io.wideevents.stack.TestStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The queries of {@code docs/querying.md} are served by an index and examine only matching keys.
 */
class DocumentedQueriesIT {
  private static final Document NEWEST_FIRST = new Document("timestamp", -1);
  private static final List<String> SERVICES = List.of("auth", "cart", "checkout");

  private static MongoConnection connection;
  private static BsonDateTime hourAgo;

  @BeforeAll
  static void storeEvents() throws IOException {
    assumeTrue(TestStack.mongoIsServer(), "The stand-in for MongoDB explains no query");
    connection =
        new MongoConnection(
            new MongoSettings(
                TestStack.mongo(),
                TestStack.newDatabase(DocumentedQueriesIT.class),
                MongoSettings.DEFAULT_COLLECTION,
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                4,
                Duration.ofDays(30),
                true),
            "test");
    LayoutOutcome layout =
        new EventCollection(connection).ensure().orTimeout(60, TimeUnit.SECONDS).join();
    assertThat(layout).isInstanceOf(LayoutOutcome.Examined.class);
    Instant now = Instant.now();
    hourAgo = new BsonDateTime(now.minus(Duration.ofHours(1)).plusSeconds(1).toEpochMilli());
    List<EventDocument> events = new ArrayList<>(events(now));
    events.addAll(eventOfThePage(now));
    assertThat(new MongoBatchWriter(connection).write(events).join())
        .containsOnly(new WriteOutcome.Stored());
  }

  @AfterAll
  static void close() {
    if (connection != null) {
      connection.close();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "'_ingest.outcome': 'FAILED' | _ingest.outcome_1_timestamp_1 | 12",
        "service: 'checkout' | service_1_timestamp_1 | 41",
        "service: 'checkout', 'error.code': 'TIMEOUT' | service_1_error.code_1_timestamp_1 | 2",
        "service: 'auth', 'user.id': {$numberLong: '9007199254740992'}"
            + " | service_1_user.id_1_timestamp_1 | 1"
      })
  void queryOfTheLastHour_examinesOnlyMatchingKeysAndDoesNotSort(
      String filter, String index, int matching) {
    BsonDocument query = BsonDocument.parse("{" + filter + "}");
    query.append("timestamp", new BsonDocument("$gte", hourAgo));

    Document explained = explain(query, NEWEST_FIRST);

    assertServedBy(index, matching, explained);
    assertThat(plan(explained)).doesNotContain("\"SORT\"");
  }

  @Test
  void queryOfARequest_examinesOnlyMatchingKeys() {
    Document explained = explain(BsonDocument.parse("{requestId: 'req-300'}"), new Document());

    assertServedBy("requestId_1", 1, explained);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "_id: UUID('0192f0c1-2b4d-4f6e-9a1b-2c3d4e5f6071')",
        "requestId: 'req-7f3a'",
        "service: 'checkout', 'order.id': {$numberLong: '9007199254740995'}",
        "'order.exchangeRate': {$numberDecimal: '1.17834562901234567890123'}"
      })
  void eventOfThePage_isFoundByTheQueriesOfThePage(String filter) {
    List<BsonDocument> found =
        Flux.from(
                connection
                    .collection()
                    .join()
                    .withDocumentClass(BsonDocument.class)
                    .find(BsonDocument.parse("{" + filter + "}")))
            .collectList()
            .block();

    assertThat(found).hasSize(1);
  }

  /** The event that the page posts. */
  private static List<EventDocument> eventOfThePage(Instant now) throws IOException {
    String page = Files.readString(Path.of("../docs/querying.md"));
    Matcher posted = Pattern.compile("curl .*? -d '(\\{.*?\\n})'\n", Pattern.DOTALL).matcher(page);
    assertThat(posted.find()).isTrue();
    String event = posted.group(1).replace("'\"$(date +%s000)\"'", "" + now.toEpochMilli());
    return encode(event.replace("\n", ""), now);
  }

  private static void assertServedBy(String index, int matching, Document explained) {
    Document stats = explained.get("executionStats", Document.class);
    assertThat(plan(explained)).contains("\"indexName\": \"" + index + "\"");
    assertThat(stats.getInteger("nReturned")).isEqualTo(matching);
    assertThat(stats.getInteger("totalKeysExamined")).isEqualTo(matching);
    assertThat(stats.getInteger("totalDocsExamined")).isEqualTo(matching);
  }

  private static String plan(Document explained) {
    return explained
        .get("queryPlanner", Document.class)
        .get("winningPlan", Document.class)
        .toJson();
  }

  private static Document explain(BsonDocument query, Document sort) {
    return Mono.from(
            connection
                .collection()
                .join()
                .find(query)
                .sort(sort)
                .explain(ExplainVerbosity.EXECUTION_STATS))
        .blockOptional()
        .orElseThrow();
  }

  /** One event each half minute of the last five hours. Each tenth failed, half without a code. */
  private static List<EventDocument> events(Instant now) {
    StringBuilder lines = new StringBuilder();
    for (int number = 0; number < 600; number++) {
      String error =
          switch (number % 20) {
            case 0 -> ", \"error\": {\"code\": \"TIMEOUT\"}";
            case 10 -> ", \"error\": {\"message\": \"no code\"}";
            default -> "";
          };
      lines.append(
          "{\"requestId\": \"req-%d\", \"service\": \"%s\", \"route\": \"GET /\", \"timestamp\": %d, \"user\": {\"id\": %d}%s}\n"
              .formatted(
                  number,
                  SERVICES.get(number % 3),
                  now.minusSeconds(30L * number).toEpochMilli(),
                  (1L << 53) + number,
                  error));
    }
    return encode(lines.toString(), now);
  }

  private static List<EventDocument> encode(String lines, Instant now) {
    byte[] body = utf8(lines);
    EventEncoder encoder = new EventEncoder(EncoderSettings.DEFAULT, InstantSource.fixed(now));
    return Codecs.events(encoder.encode(body, body.length, BodyFormat.NDJSON)).stream()
        .map(result -> Codecs.encoded(result).document(Tier.MONGODB))
        .toList();
  }
}
