package io.wideevents.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.MongoBulkWriteException;
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
import java.util.Set;
import java.util.UUID;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InsertReplyTest {
  private static final String DUPLICATE_ID =
      "E11000 duplicate key error collection: db.events index: _id_ dup key: { _id: UUID(\"0\") }";
  private static final String OTHER_DUPLICATE =
      "E11000 duplicate key error collection: db.events index: traceId_1 dup key: { traceId: \"s\" }";

  private final List<EventDocument> derived = BatchWriterContract.documents(0, 4);
  private final EventDocument given = StubEvent.withId(UUID.randomUUID(), "given").document();

  @Test
  void partlyFailed_countsWithoutTheServersCount() {
    // The server says that nothing was inserted; only the list of errors is to be believed.
    InsertReply reply = InsertReply.partlyFailed(derived, errors(0, error(2, 121, "failed")));

    assertThat(reply.outcomes())
        .containsExactly(
            new WriteOutcome.Stored(),
            new WriteOutcome.Stored(),
            new WriteOutcome.Refused(121, "failed"),
            new WriteOutcome.Stored());
    assertThat(reply.unclear()).isEmpty();
  }

  @Test
  void partlyFailed_takesADerivedIdForTheSameEvent() {
    InsertReply reply = InsertReply.partlyFailed(derived, errors(3, error(1, 11000, DUPLICATE_ID)));

    assertThat(reply.outcomes().get(1)).isEqualTo(new WriteOutcome.AlreadyStored());
    assertThat(reply.unclear()).isEmpty();
  }

  @Test
  void partlyFailed_leavesOpenWhatOnlyTheStoredDocumentTells() {
    List<EventDocument> batch = List.of(derived.get(0), given);

    InsertReply reply =
        InsertReply.partlyFailed(
            batch, errors(0, error(0, 11000, OTHER_DUPLICATE), error(1, 11000, DUPLICATE_ID)));

    assertThat(reply.unclear()).containsExactly(new Duplicate(0, false), new Duplicate(1, true));
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

    InsertReply reply = InsertReply.partlyFailed(derived, errors);

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
  @ValueSource(ints = {2, 15, 22, 53, 121, 171, 10334, 16755, 17262})
  void partlyFailed_refusesWhatIsOnTheClosedList(int code) {
    InsertReply reply = InsertReply.partlyFailed(derived, errors(3, error(0, code, "words")));

    assertThat(reply.outcomes().getFirst()).isEqualTo(new WriteOutcome.Refused(code, "words"));
  }

  @ParameterizedTest(name = "error {0}")
  @ValueSource(
      ints = {6, 7, 13, 24, 50, 63, 64, 82, 89, 91, 100, 112, 189, 249, 10107, 11600, 11602, 14031})
  void partlyFailed_takesAnOutageForAnOutageEvenInOneDocument(int code) {
    assertThat(perDocument(code)).isFalse();
  }

  @ParameterizedTest(name = "error {0}")
  @ValueSource(ints = {1, 8, 424242})
  void partlyFailed_leavesAnUnknownCodeToWhoeverRetries(int code) {
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
                error(2, 22, "bad name 'secret' in object")));

    assertThat(reply.outcomes()).allSatisfy(o -> assertThat(o.toString()).doesNotContain("secret"));
    assertThat(reply.outcomes().getFirst())
        .isEqualTo(new WriteOutcome.Refused(16755, "Can't extract geo keys"));
  }

  private boolean perDocument(int code) {
    InsertReply reply = InsertReply.partlyFailed(derived, errors(3, error(0, code, "words")));
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
