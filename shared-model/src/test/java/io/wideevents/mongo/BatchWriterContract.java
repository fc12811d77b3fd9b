package io.wideevents.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EventDocument;
import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every {@link BatchWriter} promises, whatever it writes to. */
abstract class BatchWriterContract {
  private static final UUID CLIENT_ID = UUID.fromString("0190a1b2-c3d4-4e5f-8a9b-0123456789ab");

  /** The writer under test, over an empty database. */
  abstract BatchWriter writer();

  /** What the database holds under this id; null if nothing. */
  abstract @Nullable BsonDocument stored(EventId id);

  /** A document that the database rejects because of its content. */
  abstract EventDocument refusedDocument() throws Exception;

  /** Makes the database unreachable. */
  abstract void goDown();

  /** Ends {@link #goDown}. */
  abstract void comeBack();

  @Test
  void write_storesEveryDocument() throws Exception {
    List<EventDocument> batch = documents(0, 150);

    List<WriteOutcome> outcomes = write(batch);

    assertThat(outcomes).hasSize(150).containsOnly(new WriteOutcome.Stored());
    assertThat(batch).allSatisfy(d -> assertThat(stored(d.id())).isEqualTo(d.bson()));
  }

  @Test
  void write_reportsWhatIsAlreadyStored() throws Exception {
    write(documents(0, 3));

    List<WriteOutcome> outcomes = write(documents(2, 5));

    assertThat(outcomes)
        .containsExactly(
            new WriteOutcome.AlreadyStored(), new WriteOutcome.Stored(), new WriteOutcome.Stored());
  }

  @Test
  void write_reportsTheSameContentUnderAClientsIdAsAlreadyStored() throws Exception {
    write(List.of(StubEvent.withId(CLIENT_ID, "one").document()));

    List<WriteOutcome> outcomes = write(List.of(StubEvent.withId(CLIENT_ID, "one").document()));

    assertThat(outcomes).containsExactly(new WriteOutcome.AlreadyStored());
  }

  @Test
  void write_reportsOtherContentUnderAClientsIdAsConflict() throws Exception {
    EventDocument first = StubEvent.withId(CLIENT_ID, "one").document();
    write(List.of(first));

    List<WriteOutcome> outcomes =
        write(
            List.of(
                StubEvent.numbered(1).document(),
                StubEvent.withId(CLIENT_ID, "two").document(),
                StubEvent.numbered(2).document()));

    assertThat(outcomes)
        .containsExactly(
            new WriteOutcome.Stored(), new WriteOutcome.Conflict(), new WriteOutcome.Stored());
    assertThat(stored(first.id())).isEqualTo(first.bson());
  }

  @Test
  void write_reportsOtherContentUnderADerivedIdAsConflict() throws Exception {
    EventDocument derived = StubEvent.numbered(1).document();
    EventDocument earlier = StubEvent.withId(derived.id().value(), "other content").document();
    write(List.of(earlier));

    List<WriteOutcome> outcomes = write(List.of(derived, StubEvent.numbered(2).document()));

    assertThat(outcomes).containsExactly(new WriteOutcome.Conflict(), new WriteOutcome.Stored());
    assertThat(stored(derived.id())).isEqualTo(earlier.bson());
  }

  @Test
  void write_reportsTheLaterOfTwoContentsUnderADerivedIdWithinABatchAsConflict() throws Exception {
    EventDocument derived = StubEvent.numbered(1).document();
    EventDocument other = StubEvent.withId(derived.id().value(), "other content").document();

    List<WriteOutcome> outcomes = write(List.of(other, derived, other));

    assertThat(outcomes)
        .containsExactly(
            new WriteOutcome.Stored(),
            new WriteOutcome.Conflict(),
            new WriteOutcome.AlreadyStored());
    assertThat(stored(derived.id())).isEqualTo(other.bson());
  }

  @Test
  void write_collapsesTheSameEventWithinABatch() throws Exception {
    EventDocument derived = StubEvent.numbered(1).document();
    EventDocument given = StubEvent.withId(CLIENT_ID, "one").document();

    List<WriteOutcome> outcomes = write(List.of(derived, given, given, derived));

    assertThat(outcomes)
        .containsExactly(
            new WriteOutcome.Stored(),
            new WriteOutcome.Stored(),
            new WriteOutcome.AlreadyStored(),
            new WriteOutcome.AlreadyStored());
  }

  @Test
  void write_reportsTheLaterOfTwoContentsWithinABatchAsConflict() throws Exception {
    EventDocument first = StubEvent.withId(CLIENT_ID, "one").document();
    EventDocument later = StubEvent.withId(CLIENT_ID, "two").document();

    List<WriteOutcome> outcomes = write(List.of(first, later));

    assertThat(outcomes).containsExactly(new WriteOutcome.Stored(), new WriteOutcome.Conflict());
    assertThat(stored(first.id())).isEqualTo(first.bson());
  }

  @Test
  void write_refusesOnlyTheRefusedDocument() throws Exception {
    EventDocument poison = refusedDocument();

    List<WriteOutcome> outcomes =
        write(List.of(StubEvent.numbered(1).document(), poison, StubEvent.numbered(2).document()));

    assertThat(outcomes.get(0)).isEqualTo(new WriteOutcome.Stored());
    assertThat(outcomes.get(1)).isInstanceOf(WriteOutcome.Refused.class);
    assertThat(outcomes.get(2)).isEqualTo(new WriteOutcome.Stored());
    assertThat(stored(poison.id())).isNull();
  }

  @Test
  void write_refusesOnlyTheDocumentOverTheDatabasesLimit() throws Exception {
    EventDocument tooLarge = sized(1, BatchWriter.MAX_DOCUMENT_BYTES + 1);
    EventDocument largest = sized(2, BatchWriter.MAX_DOCUMENT_BYTES);

    List<WriteOutcome> outcomes =
        write(
            List.of(
                StubEvent.numbered(1).document(),
                tooLarge,
                StubEvent.numbered(2).document(),
                largest));

    assertThat(outcomes.get(0)).isEqualTo(new WriteOutcome.Stored());
    assertThat(outcomes.get(1)).isInstanceOf(WriteOutcome.Refused.class);
    assertThat(outcomes.get(2)).isEqualTo(new WriteOutcome.Stored());
    assertThat(outcomes.get(3)).isEqualTo(new WriteOutcome.Stored());
    assertThat(stored(tooLarge.id())).isNull();
  }

  @Test
  void write_keepsNamesThatMeanSomethingToTheDatabase() throws Exception {
    EventDocument odd =
        with(
            StubEvent.numbered(1).document(),
            new BsonDocument("$set", new BsonInt32(1))
                .append("a.b", new BsonInt32(2))
                .append("", new BsonInt32(3))
                .append("$oid", new BsonString("not an object id"))
                .append("nested", new BsonDocument("$gt", new BsonInt32(4))));

    List<WriteOutcome> outcomes = write(List.of(odd));

    assertThat(outcomes).containsExactly(new WriteOutcome.Stored());
    assertThat(stored(odd.id())).isEqualTo(odd.bson());
  }

  @Test
  void write_confirmsNothingDuringAnOutage() throws Exception {
    write(documents(0, 1));
    goDown();

    List<WriteOutcome> outcomes = write(documents(0, 3));

    assertThat(outcomes)
        .hasSize(3)
        .allSatisfy(
            outcome ->
                assertThat(outcome)
                    .isInstanceOfSatisfying(
                        WriteOutcome.NotConfirmed.class,
                        notConfirmed -> assertThat(notConfirmed.perDocument()).isFalse()));
  }

  @Test
  void write_succeedsAgainAfterAnOutage() throws Exception {
    goDown();
    write(documents(0, 3));
    comeBack();

    List<WriteOutcome> outcomes = write(documents(0, 3));

    // An unconfirmed document may have been stored.
    assertThat(outcomes)
        .hasSize(3)
        .allMatch(
            outcome ->
                outcome instanceof WriteOutcome.Stored
                    || outcome instanceof WriteOutcome.AlreadyStored);
    assertThat(documents(0, 3)).allSatisfy(d -> assertThat(stored(d.id())).isEqualTo(d.bson()));
  }

  final List<WriteOutcome> write(List<EventDocument> batch) throws Exception {
    return writer().write(batch).get(60, TimeUnit.SECONDS);
  }

  static List<EventDocument> documents(int from, int to) {
    return IntStream.range(from, to).mapToObj(n -> StubEvent.numbered(n).document()).toList();
  }

  /** Document {@code n}, 0 to 9, of exactly {@code bytes} bytes. */
  static EventDocument sized(int n, int bytes) {
    EventDocument document = StubEvent.of("checkout", "sized " + n).document();
    return with(document, filler(bytes - with(document, filler(0)).sizeBytes()));
  }

  private static BsonDocument filler(int bytes) {
    return new BsonDocument("filler", new BsonBinary(new byte[bytes]));
  }

  static EventDocument with(EventDocument document, BsonDocument more) {
    BsonDocument whole = document.bson().decode(new BsonDocumentCodec());
    whole.putAll(more);
    return new EventDocument(
        document.id(), document.hash(), new RawBsonDocument(whole, new BsonDocumentCodec()));
  }
}
