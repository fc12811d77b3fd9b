package io.wideevents.mongo;

import com.mongodb.MongoCommandException;
import com.mongodb.ReadConcern;
import com.mongodb.client.model.Aggregates;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Projections;
import com.mongodb.reactivestreams.client.MongoDatabase;
import io.wideevents.event.ContentHash;
import io.wideevents.event.EventDocument;
import io.wideevents.event.EventId;
import io.wideevents.mongo.InsertReply.Duplicate;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.bson.BsonBinary;
import org.bson.BsonBinarySubType;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Distinguishes a repeated event from a conflict: reads the hashes of the stored documents, with
 * one query for all duplicates of a batch.
 *
 * <p>Reads with read concern {@code majority}. Such an answer cannot be rolled back, even if it is
 * from an old primary that does not know the new primary yet. A document that is missing from the
 * answer may still be replicating to the majority, so it does not count as stored.
 */
final class DuplicateCheck {
  private static final Bson HASH_ONLY = Projections.include(EventCollection.HASH_FIELD);
  private static final int READ_CONCERN_MAJORITY_NOT_ENABLED = 148;

  /** 3 MB of ids, far below the 16 MB limit of a query. The pipeline's batches are smaller. */
  private static final int MAX_IDS = 100_000;

  private static final int UUID_BYTES = 16;

  private final MongoDatabase database;
  private final String collection;
  private final boolean clustered;

  /**
   * @param clustered whether the collection is clustered by {@code _id}
   */
  DuplicateCheck(MongoDatabase database, String collection, boolean clustered) {
    this.database = database;
    this.collection = collection;
    this.clustered = clustered;
  }

  /**
   * Returns the reply with the outcomes of the duplicates. {@link InsertReply#duplicates} keeps the
   * duplicates that need another attempt: no document has the id, and the server did not name the
   * index that rejected the document. Fails if the query fails.
   */
  Mono<InsertReply> resolve(InsertReply reply, List<EventDocument> documents) {
    if (reply.duplicates().isEmpty()) {
      return Mono.just(reply);
    }
    List<BsonBinary> ids =
        reply.duplicates().stream()
            .map(duplicate -> new BsonBinary(documents.get(duplicate.index()).id().value()))
            .distinct()
            .toList();
    return Flux.fromIterable(ids)
        .buffer(MAX_IDS)
        .concatMap(this::read)
        .collect(HashMap<EventId, Set<ContentHash>>::new, DuplicateCheck::addHash)
        .map(stored -> resolve(reply, documents, stored));
  }

  private Flux<RawBsonDocument> read(List<BsonBinary> ids) {
    return read(database.withReadConcern(ReadConcern.MAJORITY), ids)
        .onErrorResume(
            DuplicateCheck::lacksMajorityReads,
            // Before MongoDB 5.0 an operator could disable majority reads. A default read is
            // sufficient, because the primary has just waited until a majority had every document
            // that it reported as a duplicate.
            refused -> read(database, ids));
  }

  private Flux<RawBsonDocument> read(MongoDatabase from, List<BsonBinary> ids) {
    // One more than the number of ids, so that the server ends the cursor with the first reply.
    int batchSize = ids.size() + 1;
    return Flux.from(
        clustered
            ? from.aggregate(eachById(ids), RawBsonDocument.class).batchSize(batchSize)
            : from.getCollection(collection, RawBsonDocument.class)
                .find(Filters.in("_id", ids))
                .projection(HASH_ONLY)
                .batchSize(batchSize));
  }

  /**
   * The ids as one query. MongoDB 6.0 scans a whole clustered collection for a list of ids, but not
   * for one id.
   */
  private List<Bson> eachById(List<BsonBinary> ids) {
    List<Document> documents = ids.stream().map(id -> new Document("_id", id)).toList();
    Document lookup =
        new Document("from", collection)
            .append("localField", "_id")
            .append("foreignField", "_id")
            .append("as", "stored")
            .append("pipeline", List.of(Aggregates.project(HASH_ONLY)));
    return List.of(
        Aggregates.documents(documents),
        new Document("$lookup", lookup),
        Aggregates.unwind("$stored"),
        Aggregates.replaceWith("$stored"));
  }

  private static boolean lacksMajorityReads(Throwable failure) {
    return failure instanceof MongoCommandException refused
        && refused.getErrorCode() == READ_CONCERN_MAJORITY_NOT_ENABLED;
  }

  private static InsertReply resolve(
      InsertReply reply, List<EventDocument> documents, Map<EventId, Set<ContentHash>> stored) {
    List<Duplicate> open =
        reply.duplicates().stream()
            .filter(duplicate -> duplicate.indexName().isEmpty())
            .filter(duplicate -> !stored.containsKey(documents.get(duplicate.index()).id()))
            .toList();
    return with(
        reply,
        open,
        duplicate -> {
          EventDocument document = documents.get(duplicate.index());
          Set<ContentHash> hashes = stored.get(document.id());
          return hashes == null ? absent(duplicate) : found(hashes, document);
        });
  }

  /** The reply for duplicates that could not be checked. */
  static InsertReply unconfirmed(InsertReply reply, Throwable failure) {
    return with(reply, List.of(), duplicate -> new WriteOutcome.NotConfirmed(false, failure));
  }

  private static InsertReply with(
      InsertReply reply, List<Duplicate> open, Function<Duplicate, WriteOutcome> outcome) {
    List<WriteOutcome> outcomes = new ArrayList<>(reply.outcomes());
    reply.duplicates().forEach(each -> outcomes.set(each.index(), outcome.apply(each)));
    return new InsertReply(outcomes, open);
  }

  private static WriteOutcome found(Set<ContentHash> hashes, EventDocument document) {
    return hashes.contains(document.hash())
        ? new WriteOutcome.AlreadyStored()
        : new WriteOutcome.Conflict();
  }

  private static WriteOutcome absent(Duplicate duplicate) {
    if (duplicate.isOfId() || duplicate.indexName().isEmpty()) {
      // The document was deleted between insert and query, by the TTL or by an operator. The next
      // attempt stores it.
      return new WriteOutcome.NotConfirmed(
          false, new IllegalStateException("Document vanished while its id was checked"));
    }
    return clashes("duplicate key in unique index " + duplicate.indexName().get());
  }

  /**
   * The outcome of a document that two attempts reported as a duplicate while no document had its
   * id.
   */
  static WriteOutcome clashes() {
    return clashes("duplicate key in a unique index other than that of _id");
  }

  private static WriteOutcome clashes(String where) {
    return new WriteOutcome.Refused(
        WriteErrors.DUPLICATE_KEY, where + "; such an index makes events clash, drop it");
  }

  /**
   * Adds the hash of a stored document. The pipeline did not write a document without a readable
   * hash: its id gets no hash and counts as other content. A sharded collection may hold several
   * documents with one id.
   */
  private static void addHash(Map<EventId, Set<ContentHash>> stored, RawBsonDocument document) {
    BsonValue id = document.get("_id");
    if (id == null || !isUuid(id)) {
      return;
    }
    Set<ContentHash> hashes =
        stored.computeIfAbsent(new EventId(id.asBinary().asUuid()), any -> new HashSet<>());
    BsonValue ingest = document.get("_ingest");
    BsonValue hash = ingest != null && ingest.isDocument() ? ingest.asDocument().get("hash") : null;
    if (hash != null && hash.isBinary() && hash.asBinary().getData().length == ContentHash.BYTES) {
      ByteBuffer bytes = ByteBuffer.wrap(hash.asBinary().getData());
      hashes.add(new ContentHash(bytes.getLong(), bytes.getLong()));
    }
  }

  private static boolean isUuid(BsonValue id) {
    return id.isBinary()
        && id.asBinary().getType() == BsonBinarySubType.UUID_STANDARD.getValue()
        && id.asBinary().getData().length == UUID_BYTES;
  }
}
