package io.wideevents.mongo;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoSocketReadException;
import com.mongodb.client.model.InsertManyOptions;
import com.mongodb.reactivestreams.client.MongoCollection;
import com.mongodb.reactivestreams.client.MongoDatabase;
import io.wideevents.event.EventDocument;
import io.wideevents.mongo.InsertReply.Duplicate;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.bson.BsonSerializationException;
import org.bson.RawBsonDocument;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Writes one batch: the insert, the query about its duplicates, and further inserts where one reply
 * does not cover every document. No operation begins after the deadline, and each is limited to the
 * time left, so the batch ends at the deadline.
 */
final class BatchInsert {
  private static final InsertManyOptions UNORDERED = new InsertManyOptions().ordered(false);

  /**
   * Limits the size of a part. A server closes the connection when its reply would be larger than
   * 16 MB. An error may quote its document several times, so a part holds a sixteenth of 16 MB, or
   * one document.
   */
  private static final long SMALL_PART_BYTES = 1 << 20;

  private final MongoDatabase database;
  private final String collection;
  private final boolean clustered;
  private final Duration timeout;
  private final Deadline deadline;

  /**
   * @param clustered whether the collection is clustered by {@code _id}
   * @param timeout of one operation
   * @param deadline of all operations together
   */
  BatchInsert(
      MongoDatabase database,
      String collection,
      boolean clustered,
      Duration timeout,
      Deadline deadline) {
    this.database = database;
    this.collection = collection;
    this.clustered = clustered;
    this.timeout = timeout;
    this.deadline = deadline;
  }

  /** Writes the documents; returns one outcome per document, in order. */
  Mono<List<WriteOutcome>> write(List<EventDocument> documents) {
    return insert(documents)
        .flatMap(reply -> insertAgain(reply, documents))
        .onErrorResume(Exception.class, failure -> writeInParts(documents, failure));
  }

  private Mono<InsertReply> insert(List<EventDocument> documents) {
    return database().flatMap(bounded -> insert(bounded, documents));
  }

  private Mono<InsertReply> insert(MongoDatabase bounded, List<EventDocument> documents) {
    List<RawBsonDocument> bson = documents.stream().map(EventDocument::bson).toList();
    MongoCollection<RawBsonDocument> events =
        bounded.getCollection(collection, RawBsonDocument.class);
    return Mono.from(events.insertMany(bson, UNORDERED))
        .map(stored -> InsertReply.allStored(documents))
        .onErrorResume(
            MongoBulkWriteException.class,
            errors -> Mono.just(InsertReply.partlyFailed(documents, errors, events.getNamespace())))
        .flatMap(reply -> checkDuplicates(reply, documents));
  }

  private Mono<InsertReply> checkDuplicates(InsertReply reply, List<EventDocument> documents) {
    return reply.duplicates().isEmpty()
        ? Mono.just(reply)
        : database()
            .flatMap(
                bounded ->
                    new DuplicateCheck(bounded, collection, clustered).resolve(reply, documents))
            .onErrorResume(
                Exception.class, failure -> Mono.just(DuplicateCheck.unconfirmed(reply, failure)));
  }

  /**
   * Inserts the documents again that were reported as duplicates although no document has their id.
   * If a document vanished after the first attempt, the second attempt stores it. If the second
   * attempt fails in the same way, the duplicate is in an operator's index, and further attempts
   * would fail too.
   */
  private Mono<List<WriteOutcome>> insertAgain(InsertReply reply, List<EventDocument> documents) {
    if (reply.duplicates().isEmpty()) {
      return Mono.just(reply.outcomes());
    }
    List<Integer> places = reply.duplicates().stream().map(Duplicate::index).toList();
    List<EventDocument> open = places.stream().map(documents::get).toList();
    return insert(open)
        .onErrorResume(
            Exception.class, failure -> Mono.just(InsertReply.noneConfirmed(open, failure)))
        .map(
            again -> {
              List<WriteOutcome> outcomes = new ArrayList<>(reply.outcomes());
              for (int i = 0; i < places.size(); i++) {
                outcomes.set(places.get(i), again.outcomes().get(i));
              }
              again
                  .duplicates()
                  .forEach(
                      each -> outcomes.set(places.get(each.index()), DuplicateCheck.clashes()));
              return outcomes;
            });
  }

  /** Writes a batch in parts if one of its documents may have failed the whole batch. */
  private Mono<List<WriteOutcome>> writeInParts(List<EventDocument> documents, Exception failure) {
    if (failure instanceof MongoSocketReadException) {
      List<List<EventDocument>> parts = smallParts(documents);
      return parts.size() > 1 ? writeEach(parts) : noneConfirmed(documents, failure);
    }
    if (!isErrorOfOneDocument(failure)) {
      return noneConfirmed(documents, failure);
    }
    if (documents.size() == 1) {
      int code = failure instanceof MongoCommandException error ? error.getErrorCode() : 0;
      String words =
          failure instanceof MongoCommandException error
              ? WriteErrors.withoutContent(error.getErrorMessage())
              : "the driver cannot send this document";
      return Mono.just(List.of(new WriteOutcome.Refused(code, words)));
    }
    int half = documents.size() / 2;
    return writeEach(
        List.of(documents.subList(0, half), documents.subList(half, documents.size())));
  }

  private Mono<List<WriteOutcome>> writeEach(List<List<EventDocument>> parts) {
    // Sequentially: of two contents under one id the earlier must come first.
    return Flux.fromIterable(parts)
        .concatMap(this::write)
        .collectList()
        .map(outcomes -> outcomes.stream().flatMap(List::stream).toList());
  }

  private static Mono<List<WriteOutcome>> noneConfirmed(
      List<EventDocument> documents, Exception failure) {
    return Mono.just(InsertReply.noneConfirmed(documents, failure).outcomes());
  }

  private static boolean isErrorOfOneDocument(Exception failure) {
    return failure instanceof BsonSerializationException
        || (failure instanceof MongoCommandException error
            && WriteErrors.isErrorOfOneDocument(error.getErrorCode()));
  }

  /**
   * Splits the documents into parts whose replies fit into a message. The parts are small, because
   * there is time for one more attempt only. When the server closes the connection, the driver
   * repeats the write until the timeout of the operation.
   */
  private static List<List<EventDocument>> smallParts(List<EventDocument> documents) {
    List<List<EventDocument>> parts = new ArrayList<>();
    int start = 0;
    long bytes = 0;
    for (int i = 0; i < documents.size(); i++) {
      int size = documents.get(i).sizeBytes();
      if (i > start && bytes + size > SMALL_PART_BYTES) {
        parts.add(documents.subList(start, i));
        start = i;
        bytes = 0;
      }
      bytes += size;
    }
    parts.add(documents.subList(start, documents.size()));
    return parts;
  }

  /** The database with the time limit of the next operation. */
  private Mono<MongoDatabase> database() {
    return Mono.defer(
        () -> {
          long millis = deadline.atMost(timeout).remaining().toMillis();
          // The driver takes zero as no limit.
          return millis == 0
              ? Mono.error(new TimeoutException("The batch could not be written by its deadline"))
              : Mono.just(database.withTimeout(millis, TimeUnit.MILLISECONDS));
        });
  }
}
