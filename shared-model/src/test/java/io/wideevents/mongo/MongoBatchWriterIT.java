package io.wideevents.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.client.model.CreateCollectionOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.ValidationOptions;
import com.mongodb.reactivestreams.client.MongoCollection;
import io.wideevents.event.EventDocument;
import io.wideevents.event.StubEvent;
import io.wideevents.mongo.InsertReply.Duplicate;
import io.wideevents.stack.TestStack;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** The contract over a server; what its stand-in makes of it is in the test of that name. */
class MongoBatchWriterIT extends MongoBatchWriterContract {

  @BeforeAll
  static void assumeServer() {
    assumeTrue(TestStack.mongoIsServer(), "There is only a stand-in for MongoDB");
  }

  @Override
  String uri() {
    return TestStack.mongo();
  }

  @Override
  EventDocument refusedDocument() throws Exception {
    validate(Filters.ne("service", "refused"));
    return StubEvent.of("refused", "poison").document();
  }

  @Test
  void write_namesTheValidatorsErrorAndNoContent() throws Exception {
    EventDocument poison = refusedDocument();

    List<WriteOutcome> outcomes = write(List.of(poison));

    assertThat(outcomes)
        .containsExactly(new WriteOutcome.Refused(121, "Document failed validation"));
  }

  @Test
  void write_refusesOnlyTheDocumentNestedTooDeep() throws Exception {
    // The server refuses 180 levels per document, but over 200 it refuses the whole command.
    EventDocument deep = with(StubEvent.numbered(1).document(), nested(190));
    EventDocument deeper = with(StubEvent.numbered(5).document(), nested(250));
    List<EventDocument> batch = new ArrayList<>(documents(0, 10));
    batch.set(1, deep);
    batch.set(5, deeper);

    List<WriteOutcome> outcomes = write(batch);

    assertThat(outcomes.get(1))
        .isEqualTo(
            new WriteOutcome.Refused(
                15, "cannot insert document because it exceeds 180 levels of nesting"));
    assertThat(outcomes.get(5))
        .isEqualTo(
            new WriteOutcome.Refused(
                15, "BSONObj exceeds maximum nested object depth in element with field name"));
    assertThat(outcomes.stream().filter(new WriteOutcome.Stored()::equals)).hasSize(8);
  }

  @Test
  void write_refusesOnlyTheMalformedDocument() throws Exception {
    byte[] bytes = documents(1, 2).getFirst().bson().getByteBuffer().array().clone();
    bytes[4] = 0x7e;
    EventDocument template = documents(1, 2).getFirst();
    EventDocument malformed =
        new EventDocument(template.id(), template.hash(), new RawBsonDocument(bytes));

    List<WriteOutcome> outcomes =
        write(List.of(documents(0, 1).getFirst(), malformed, documents(2, 3).getFirst()));

    assertThat(outcomes.get(0)).isEqualTo(new WriteOutcome.Stored());
    assertThat(outcomes.get(1)).isInstanceOf(WriteOutcome.Refused.class);
    assertThat(outcomes.get(2)).isEqualTo(new WriteOutcome.Stored());
  }

  @Test
  void write_refusesWhatAnOperatorsIndexesCannotHoldAndQuotesNothing() throws Exception {
    index(Indexes.geo2dsphere("place"), new IndexOptions());
    index(Indexes.text("text"), new IndexOptions());
    index(Indexes.ascending("tags", "items"), new IndexOptions());
    BsonValue two = new BsonArray(List.of(new BsonInt32(1), new BsonInt32(2)));

    List<WriteOutcome> outcomes =
        write(
            List.of(
                with(document(1), new BsonDocument("place", new BsonString("secret"))),
                with(document(2), new BsonDocument("language", new BsonString("secret"))),
                with(document(3), new BsonDocument("tags", two).append("items", two)),
                document(4)));

    assertThat(outcomes)
        .containsExactly(
            new WriteOutcome.Refused(16755, "Can't extract geo keys"),
            new WriteOutcome.Refused(17262, "language override unsupported"),
            new WriteOutcome.Refused(171, "cannot index parallel arrays [items] [tags]"),
            new WriteOutcome.Stored());
  }

  @Test
  void write_refusesWhatRareIndexesOfAnOperatorCannotHold() throws Exception {
    index(Indexes.geo2d("flat"), new IndexOptions());
    index(Indexes.hashed("hashed"), new IndexOptions());
    index(Indexes.text("text"), new IndexOptions());
    index(Indexes.ascending("list.0"), new IndexOptions());

    List<WriteOutcome> outcomes =
        write(
            List.of(
                with(document(1), BsonDocument.parse("{language: 5}")),
                with(document(2), BsonDocument.parse("{hashed: ['secret']}")),
                with(document(3), BsonDocument.parse("{flat: [1000, 1000]}")),
                with(document(4), BsonDocument.parse("{flat: ['secret', 1]}")),
                with(document(5), BsonDocument.parse("{flat: [1]}")),
                with(document(6), BsonDocument.parse("{list: [1, {'0': 'secret'}]}")),
                document(7)));

    assertThat(outcomes.subList(0, 6))
        .extracting(outcome -> ((WriteOutcome.Refused) outcome).code())
        .containsExactly(17261, 16766, 13027, 16804, 13068, 16746);
    assertThat(outcomes.toString()).doesNotContain("secret");
    assertThat(outcomes.get(6)).isEqualTo(new WriteOutcome.Stored());
  }

  @Test
  void write_doesNotTakeAnotherUniqueIndexForTheId() throws Exception {
    index(Indexes.ascending("service"), new IndexOptions().unique(true));
    write(List.of(document(1)));

    List<WriteOutcome> outcomes = write(List.of(document(1), document(2)));

    assertThat(outcomes.get(0)).isEqualTo(new WriteOutcome.AlreadyStored());
    assertThat(outcomes.get(1))
        .isInstanceOfSatisfying(
            WriteOutcome.Refused.class,
            refused -> assertThat(refused.message()).doesNotContain("checkout"));
    assertThat(stored(document(2).id())).isNull();
  }

  @Test
  void write_refusesAnotherIndexsDuplicateWhoseValueImitatesTheIdIndex() throws Exception {
    index(Indexes.ascending("note"), new IndexOptions().unique(true).sparse(true));
    BsonDocument note =
        new BsonDocument("note", new BsonString("x index: _id_ dup key: { _id: 1 }"));
    write(List.of(with(document(1), note)));

    List<WriteOutcome> outcomes = write(List.of(with(document(2), note)));

    assertThat(outcomes)
        .singleElement()
        .isInstanceOfSatisfying(
            WriteOutcome.Refused.class,
            refused -> {
              assertThat(refused.code()).isEqualTo(11000);
              assertThat(refused.message()).contains("note_1").doesNotContain("x index");
            });
  }

  @Test
  void write_takesADocumentNotOfOursUnderTheIdForAConflict() throws Exception {
    EventDocument ours = StubEvent.withId(UUID.randomUUID(), "ours").document();
    BsonDocument foreign = new BsonDocument("_id", ours.bson().get("_id"));
    insert(foreign);

    List<WriteOutcome> outcomes = write(List.of(ours));

    assertThat(outcomes).containsExactly(new WriteOutcome.Conflict());
  }

  @Test
  void duplicateCheck_leavesAVanishedDocumentUnconfirmed() {
    EventDocument gone = StubEvent.withId(UUID.randomUUID(), "gone").document();

    InsertReply resolved = check(gone, Optional.of("_id_"));

    assertThat(resolved.outcomes()).hasOnlyElementsOfType(WriteOutcome.NotConfirmed.class);
    assertThat(resolved.duplicates()).isEmpty();
  }

  @Test
  void duplicateCheck_leavesADuplicateInAnUnknownIndexToAnotherAttempt() {
    EventDocument absent = StubEvent.withId(UUID.randomUUID(), "absent").document();

    InsertReply resolved = check(absent, Optional.empty());

    assertThat(resolved.outcomes()).hasOnlyElementsOfType(WriteOutcome.NotConfirmed.class);
    assertThat(resolved.duplicates()).hasSize(1);
  }

  @Test
  void write_takesMoreThanOneMessageHolds() throws Exception {
    // The driver sends at most 48 MB in one message; indexes must still be the batch's own.
    write(List.of(document(7)));
    List<EventDocument> batch = new ArrayList<>();
    for (int n = 0; n < 8; n++) {
      batch.add(n == 7 ? document(7) : sized(n, 9 * 1024 * 1024));
    }

    List<WriteOutcome> outcomes = write(batch);

    assertThat(outcomes.subList(0, 7)).containsOnly(new WriteOutcome.Stored());
    assertThat(outcomes.get(7)).isEqualTo(new WriteOutcome.AlreadyStored());
  }

  @Test
  void write_takesRepliesThatOutgrowAMessage() throws Exception {
    // The server quotes a refused document once for each rule, and hangs up when the reply passes
    // 16 MB.
    validate(
        BsonDocument.parse(
            "{$and: [{filler: {$type: 'int'}}, {filler: {$type: 'date'}}, {filler: {$type: 'bool'}}]}"));
    BsonDocument filler = new BsonDocument("filler", new BsonString("z".repeat(900_000)));
    List<EventDocument> batch = new ArrayList<>();
    for (int n = 0; n < 8; n++) {
      batch.add(with(document(n), filler));
    }

    List<WriteOutcome> outcomes;
    // The driver repeats the write until the client timeout has passed.
    Duration timeout = Duration.ofSeconds(6);
    try (MongoConnection connection =
        new MongoConnection(settings(uri(), connection().settings().database(), timeout), "test")) {
      outcomes = new MongoBatchWriter(connection).write(batch).get(60, TimeUnit.SECONDS);
    }

    assertThat(outcomes)
        .hasSize(8)
        .containsOnly(new WriteOutcome.Refused(121, "Document failed validation"));
  }

  private InsertReply check(EventDocument document, Optional<String> indexName) {
    WriteOutcome open = new WriteOutcome.NotConfirmed(false, new IllegalStateException());
    InsertReply reply = new InsertReply(List.of(open), List.of(new Duplicate(0, indexName)));
    return new DuplicateCheck(
            connection().database().join(), connection().settings().collection(), false)
        .resolve(reply, List.of(document))
        .blockOptional()
        .orElseThrow();
  }

  private static EventDocument document(int n) {
    return StubEvent.numbered(n).document();
  }

  private static BsonDocument nested(int levels) {
    BsonDocument document = new BsonDocument("leaf", new BsonInt32(1));
    for (int i = 1; i < levels; i++) {
      document = new BsonDocument("a", document);
    }
    return new BsonDocument("nested", document);
  }

  private MongoCollection<RawBsonDocument> collection() {
    return connection().collection().join();
  }

  private void insert(BsonDocument document) {
    Mono.from(collection().withDocumentClass(BsonDocument.class).insertOne(document)).block();
  }

  private void index(Bson keys, IndexOptions options) {
    Mono.from(collection().createIndex(keys, options)).block();
  }

  private void validate(Bson rule) {
    var options =
        new CreateCollectionOptions().validationOptions(new ValidationOptions().validator(rule));
    Mono.from(
            connection()
                .database()
                .join()
                .createCollection(connection().settings().collection(), options))
        .block();
  }
}
