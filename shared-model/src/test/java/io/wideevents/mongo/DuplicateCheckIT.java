package io.wideevents.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.client.model.ClusteredIndexOptions;
import com.mongodb.client.model.Collation;
import com.mongodb.client.model.CreateCollectionOptions;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandStartedEvent;
import com.mongodb.reactivestreams.client.MongoClients;
import io.wideevents.event.EventDocument;
import io.wideevents.event.StubEvent;
import io.wideevents.stack.TestStack;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.UuidRepresentation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** Duplicates on collections of every kind that can hold events. */
class DuplicateCheckIT {
  private final Queue<BsonDocument> commands = new ConcurrentLinkedQueue<>();
  private final MongoConnection connection = connect();
  private final MongoBatchWriter writer = new MongoBatchWriter(connection);

  private enum Kind {
    REGULAR,
    CLUSTERED,
    WITH_COLLATION;

    CreateCollectionOptions options() {
      CreateCollectionOptions options = new CreateCollectionOptions();
      return switch (this) {
        case REGULAR -> options;
        case CLUSTERED ->
            options.clusteredIndexOptions(
                new ClusteredIndexOptions(new BsonDocument("_id", new BsonInt32(1)), true));
        case WITH_COLLATION -> options.collation(Collation.builder().locale("en").build());
      };
    }
  }

  @BeforeAll
  static void assumeServer() {
    assumeTrue(TestStack.mongoIsServer(), "There is only a stand-in for MongoDB");
  }

  @AfterEach
  void close() {
    connection.close();
  }

  @ParameterizedTest
  @EnumSource
  void write_asksOnceForAWholeRedeliveredBatch(Kind kind) throws Exception {
    create(kind);
    List<EventDocument> batch = BatchWriterContract.documents(0, 5_000);
    write(batch);
    commands.clear();

    List<WriteOutcome> outcomes = write(batch);

    assertThat(outcomes).hasSize(5_000).containsOnly(new WriteOutcome.AlreadyStored());
    assertThat(commands)
        .extracting(BsonDocument::getFirstKey)
        .filteredOn(name -> !name.equals("listCollections"))
        .containsExactly("insert", kind == Kind.CLUSTERED ? "aggregate" : "find");
    assertThat(commands)
        .filteredOn(command -> command.containsKey("find") || command.containsKey("aggregate"))
        .allSatisfy(
            read ->
                assertThat(read.getDocument("readConcern").getString("level").getValue())
                    .isEqualTo("majority"));
  }

  @ParameterizedTest
  @EnumSource
  void write_comparesTheContent(Kind kind) throws Exception {
    create(kind);
    EventDocument derived = StubEvent.numbered(1).document();
    EventDocument other = StubEvent.withId(derived.id().value(), "other content").document();
    EventDocument same = StubEvent.numbered(2).document();
    write(List.of(other, same));

    List<WriteOutcome> outcomes = write(List.of(derived, same, other));

    assertThat(outcomes)
        .containsExactly(
            new WriteOutcome.Conflict(),
            new WriteOutcome.AlreadyStored(),
            new WriteOutcome.AlreadyStored());
  }

  @ParameterizedTest
  @EnumSource
  void write_refusesAnotherIndexsDuplicateWhateverItsValue(Kind kind) throws Exception {
    create(kind);
    index("note", new IndexOptions().unique(true).sparse(true));
    index("odd", new IndexOptions().unique(true).sparse(true).name("_id_x"));
    BsonDocument note =
        new BsonDocument("note", new BsonString("x index: _id_ dup key: { _id: 1 }"));
    BsonDocument odd = new BsonDocument("odd", new BsonString(" index: _id_ "));
    EventDocument stored = with(1, note);
    write(List.of(stored, with(2, odd)));

    List<WriteOutcome> outcomes = write(List.of(with(3, note), with(4, odd), stored));

    assertThat(outcomes.get(0)).isInstanceOf(WriteOutcome.Refused.class);
    assertThat(outcomes.get(1)).isInstanceOf(WriteOutcome.Refused.class);
    assertThat(outcomes.get(2)).isEqualTo(new WriteOutcome.AlreadyStored());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{_ingest: 'text'}",
        "{_ingest: []}",
        "{_ingest: [{hash: 1}]}",
        "{_ingest: {}}",
        "{_ingest: {hash: 'text'}}",
        "{_ingest: {hash: {$binary: {base64: 'AAAA', subType: '00'}}}}",
        "{_ingest: {hash: {$binary: {base64: 'AAAAAAAAAAAAAAAAAAAAAA==', subType: '00'}}}}"
      })
  void write_takesADocumentThatIsNotOursForAConflict(String fields) throws Exception {
    create(Kind.REGULAR);
    EventDocument derived = StubEvent.numbered(1).document();
    BsonDocument foreign = new BsonDocument("_id", new BsonBinary(derived.id().value()));
    foreign.putAll(BsonDocument.parse(fields));
    Mono.from(
            connection.collection().join().withDocumentClass(BsonDocument.class).insertOne(foreign))
        .block();

    List<WriteOutcome> outcomes = write(List.of(derived));

    assertThat(outcomes).containsExactly(new WriteOutcome.Conflict());
  }

  @Test
  void write_storesBesideADocumentWhoseIdOnlyLooksLikeOurs() throws Exception {
    create(Kind.REGULAR);
    EventDocument event = StubEvent.numbered(1).document();
    Mono.from(
            connection
                .collection()
                .join()
                .withDocumentClass(BsonDocument.class)
                .insertOne(new BsonDocument("_id", new BsonString(event.id().toString()))))
        .block();

    List<WriteOutcome> outcomes = write(List.of(event, event));

    assertThat(outcomes)
        .containsExactly(new WriteOutcome.Stored(), new WriteOutcome.AlreadyStored());
  }

  private static EventDocument with(int n, BsonDocument more) {
    return BatchWriterContract.with(StubEvent.numbered(n).document(), more);
  }

  private List<WriteOutcome> write(List<EventDocument> batch) throws Exception {
    return writer.write(batch).get(60, TimeUnit.SECONDS);
  }

  private void create(Kind kind) {
    Mono.from(
            connection
                .database()
                .join()
                .createCollection(connection.settings().collection(), kind.options()))
        .block();
  }

  private void index(String field, IndexOptions options) {
    Mono.from(connection.collection().join().createIndex(Indexes.ascending(field), options))
        .block();
  }

  private MongoConnection connect() {
    Duration timeout = Duration.ofSeconds(30);
    MongoSettings settings =
        MongoBatchWriterContract.settings(
            TestStack.mongo(), TestStack.newDatabase(getClass()), timeout);
    CommandListener listener =
        new CommandListener() {
          @Override
          public void commandStarted(CommandStartedEvent event) {
            commands.add(event.getCommand().clone());
          }
        };
    MongoClientSettings client =
        MongoClientSettings.builder()
            .applyConnectionString(new ConnectionString(settings.uri()))
            .uuidRepresentation(UuidRepresentation.STANDARD)
            .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
            .addCommandListener(listener)
            .build();
    return new MongoConnection(settings, () -> MongoClients.create(client));
  }
}
