package io.wideevents.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoNamespace;
import com.mongodb.MongoWriteConcernException;
import com.mongodb.ServerAddress;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.bulk.BulkWriteInsert;
import com.mongodb.bulk.BulkWriteResult;
import com.mongodb.bulk.WriteConcernError;
import io.wideevents.event.EventDocument;
import io.wideevents.event.StubEvent;
import io.wideevents.mongo.InsertReply.Duplicate;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InsertReplyTest {
  private static final String DUPLICATE_ID =
      "E11000 duplicate key error collection: db.events index: _id_ dup key: { _id: UUID(\"0\") }";
  private static final String OTHER_DUPLICATE =
      "E11000 duplicate key error collection: db.events index: traceId_1 dup key: { traceId: \"s\" }";

  private static final MongoNamespace EVENTS = new MongoNamespace("db", "events");

  private final List<EventDocument> derived = BatchWriterContract.documents(0, 4);
  private final EventDocument given = StubEvent.withId(UUID.randomUUID(), "given").document();

  @Test
  void partlyFailed_countsWithoutTheServersCount() {
    // The server says that nothing was inserted; only the list of errors is to be believed.
    InsertReply reply =
        InsertReply.partlyFailed(derived, errors(0, error(2, 121, "failed")), EVENTS);

    assertThat(reply.outcomes())
        .containsExactly(
            new WriteOutcome.Stored(),
            new WriteOutcome.Stored(),
            new WriteOutcome.Refused(121, "failed"),
            new WriteOutcome.Stored());
    assertThat(reply.duplicates()).isEmpty();
  }

  @Test
  void partlyFailed_leavesEveryDuplicateOpen() {
    List<EventDocument> batch = List.of(derived.get(0), given, derived.get(1), derived.get(2));

    InsertReply reply =
        InsertReply.partlyFailed(
            batch,
            errors(
                1,
                error(0, 11000, OTHER_DUPLICATE),
                error(1, 11000, DUPLICATE_ID),
                error(2, 11000, "")),
            EVENTS);

    assertThat(reply.outcomes().subList(0, 3))
        .allSatisfy(
            outcome ->
                assertThat(outcome)
                    .isInstanceOfSatisfying(
                        WriteOutcome.NotConfirmed.class,
                        open -> assertThat(open.perDocument()).isFalse()));
    assertThat(reply.outcomes().get(3)).isEqualTo(new WriteOutcome.Stored());
    assertThat(reply.duplicates())
        .containsExactly(
            new Duplicate(0, Optional.of("traceId_1")),
            new Duplicate(1, Optional.of("_id_")),
            new Duplicate(2, Optional.empty()));
  }

  @Test
  void partlyFailed_believesNothingBesideAWriteConcernError() {
    MongoBulkWriteException errors =
        new MongoBulkWriteException(
            inserted(4),
            List.of(error(1, 11000, DUPLICATE_ID), error(2, 121, "failed")),
            new WriteConcernError(64, "WriteConcernFailed", "too late", new BsonDocument()),
            new ServerAddress(),
            Set.of());

    InsertReply reply = InsertReply.partlyFailed(derived, errors, EVENTS);

    assertThat(reply.outcomes())
        .hasSize(4)
        .allSatisfy(
            outcome ->
                assertThat(outcome)
                    .isInstanceOfSatisfying(
                        WriteOutcome.NotConfirmed.class,
                        open -> {
                          assertThat(open.perDocument()).isFalse();
                          assertThat(open.cause()).isInstanceOf(MongoWriteConcernException.class);
                        }));
  }

  @ParameterizedTest(name = "error {0}")
  @ValueSource(
      ints = {
        2, 15, 22, 53, 61, 121, 171, 10334, 13026, 13027, 13067, 13068, 16746, 16755, 16766, 16804,
        17261, 17262
      })
  void partlyFailed_refusesWhatIsOnTheClosedList(int code) {
    InsertReply reply =
        InsertReply.partlyFailed(derived, errors(3, error(0, code, "words")), EVENTS);

    assertThat(reply.outcomes().getFirst()).isEqualTo(new WriteOutcome.Refused(code, "words"));
  }

  @ParameterizedTest(name = "error {0}")
  @ValueSource(
      ints = {
        6, 7, 13, 24, 50, 63, 64, 82, 89, 91, 100, 112, 166, 189, 216, 249, 261, 264, 290, 365, 371,
        433, 449, 462, 8000, 10107, 11600, 11602, 14031, 16500, 16501
      })
  void partlyFailed_takesAnOutageForAnOutageEvenInOneDocument(int code) {
    assertThat(perDocument(code)).isFalse();
  }

  @ParameterizedTest(name = "error {0}")
  @ValueSource(ints = {1, 8, 424242})
  void partlyFailed_leavesAnUnknownCodeToTheRetry(int code) {
    assertThat(perDocument(code)).isTrue();
  }

  @Test
  void partlyFailed_keepsTheServersQuotesToItself() {
    InsertReply reply =
        InsertReply.partlyFailed(
            derived,
            errors(
                0,
                error(0, 16755, "Can't extract geo keys: { _id: 2, place: \"secret\" }"),
                error(1, 424242, "no room for \"secret\" here"),
                error(2, 22, "bad name 'secret' in object")),
            EVENTS);

    assertThat(reply.outcomes()).allSatisfy(o -> assertThat(o.toString()).doesNotContain("secret"));
    assertThat(reply.outcomes().getFirst())
        .isEqualTo(new WriteOutcome.Refused(16755, "Can't extract geo keys"));
  }

  @ParameterizedTest(name = "error {0}")
  @CsvSource({"16500, true", "462, true", "365, true", "371, false", "14031, false", "8, false"})
  void partlyFailed_reportsThrottling(int code, boolean throttled) {
    InsertReply reply =
        InsertReply.partlyFailed(derived, errors(3, error(0, code, "words")), EVENTS);

    var open = (WriteOutcome.NotConfirmed) reply.outcomes().getFirst();
    assertThat(((DocumentWriteException) open.cause()).isThrottled()).isEqualTo(throttled);
  }

  private boolean perDocument(int code) {
    InsertReply reply =
        InsertReply.partlyFailed(derived, errors(3, error(0, code, "words")), EVENTS);
    return ((WriteOutcome.NotConfirmed) reply.outcomes().getFirst()).perDocument();
  }

  private static BulkWriteError error(int index, int code, String message) {
    return new BulkWriteError(code, message, new BsonDocument(), index);
  }

  private static MongoBulkWriteException errors(int inserted, BulkWriteError... errors) {
    return new MongoBulkWriteException(
        inserted(inserted), List.of(errors), null, new ServerAddress(), Set.of());
  }

  private static BulkWriteResult inserted(int count) {
    return BulkWriteResult.acknowledged(
        count, 0, 0, 0, List.of(), List.of(new BulkWriteInsert(0, new BsonInt32(0))));
  }
}
