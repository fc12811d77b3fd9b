package io.wideevents.mongo;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoCommandException;
import com.mongodb.client.model.InsertManyOptions;
import com.mongodb.reactivestreams.client.MongoCollection;
import io.wideevents.event.EventDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.bson.BsonSerializationException;
import org.bson.RawBsonDocument;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Writes batches to MongoDB: one unordered {@code insertMany} each, acknowledged by a majority and
 * journalled, and one look at the stored documents when a client-given id is taken.
 *
 * <p>One document that cannot be written never costs its neighbours. Safe for concurrent use; the
 * connection is its owner's to close.
 */
public final class MongoBatchWriter implements BatchWriter {
  private static final InsertManyOptions UNORDERED = new InsertManyOptions().ordered(false);

  private final MongoConnection connection;

  public MongoBatchWriter(MongoConnection connection) {
    this.connection = connection;
  }

  @Override
  public CompletableFuture<List<WriteOutcome>> write(List<EventDocument> documents) {
    // The driver meets a document over the limit by failing the batch, without saying which it is.
    SortedMap<Integer, WriteOutcome> tooLarge = new TreeMap<>();
    List<EventDocument> rest = new ArrayList<>(documents.size());
    for (int i = 0; i < documents.size(); i++) {
      int bytes = documents.get(i).sizeBytes();
      if (bytes > MAX_DOCUMENT_BYTES) {
        String words = bytes + " bytes are more than MongoDB's limit of " + MAX_DOCUMENT_BYTES;
        tooLarge.put(i, new WriteOutcome.Refused(WriteErrors.DOCUMENT_TOO_LARGE, words));
      } else {
        rest.add(documents.get(i));
      }
    }
    return insert(rest)
        .map(
            outcomes -> {
              List<WriteOutcome> all = new ArrayList<>(outcomes);
              // In ascending order, so that each lands at its own place.
              tooLarge.forEach(all::add);
              return all;
            })
        .toFuture();
  }

  private Mono<List<WriteOutcome>> insert(List<EventDocument> documents) {
    if (documents.isEmpty()) {
      return Mono.just(List.of());
    }
    return Mono.fromFuture(connection.collection())
        .flatMap(collection -> insert(collection, documents))
        .onErrorResume(Exception.class, failure -> explain(failure, documents));
  }

  private static Mono<List<WriteOutcome>> insert(
      MongoCollection<RawBsonDocument> collection, List<EventDocument> documents) {
    List<RawBsonDocument> bson = documents.stream().map(EventDocument::bson).toList();
    DuplicateCheck duplicates = new DuplicateCheck(collection);
    return Mono.from(collection.insertMany(bson, UNORDERED))
        .map(stored -> InsertReply.allStored(documents))
        .onErrorResume(
            MongoBulkWriteException.class,
            errors -> Mono.just(InsertReply.partlyFailed(documents, errors)))
        .flatMap(reply -> duplicates.settle(reply, documents));
  }

  /** What a failure without an answer for each document means for them. */
  private Mono<List<WriteOutcome>> explain(Exception failure, List<EventDocument> documents) {
    int code = failure instanceof MongoCommandException error ? error.getErrorCode() : 0;
    boolean oneIsToBlame =
        failure instanceof BsonSerializationException || WriteErrors.blameSomeDocument(code);
    if (!oneIsToBlame) {
      return Mono.just(InsertReply.noneConfirmed(documents, failure).outcomes());
    }
    if (documents.size() == 1) {
      String words =
          failure instanceof MongoCommandException error
              ? WriteErrors.withoutContent(error.getErrorMessage())
              : "the driver cannot send this document";
      return Mono.just(List.of(new WriteOutcome.Refused(code, words)));
    }
    int half = documents.size() / 2;
    // One after the other: of two contents under one id the earlier must come first.
    return Flux.concat(
            insert(documents.subList(0, half)), insert(documents.subList(half, documents.size())))
        .collectList()
        .map(halves -> halves.stream().flatMap(List::stream).toList());
  }
}
