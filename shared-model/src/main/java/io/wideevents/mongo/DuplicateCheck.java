package io.wideevents.mongo;

import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Projections;
import com.mongodb.reactivestreams.client.MongoCollection;
import io.wideevents.event.ContentHash;
import io.wideevents.event.EventDocument;
import io.wideevents.event.EventId;
import io.wideevents.mongo.InsertReply.Duplicate;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.bson.BsonBinary;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Tells a repeated event from a conflict: reads, once for all duplicates of a batch, what the
 * stored documents say about their content.
 */
final class DuplicateCheck {
  private static final Bson HASH_ONLY = Projections.include(EventCollection.HASH_FIELD);

  private final MongoCollection<RawBsonDocument> collection;

  DuplicateCheck(MongoCollection<RawBsonDocument> collection) {
    this.collection = collection;
  }

  /** The outcomes with every unclear one settled. */
  Mono<List<WriteOutcome>> settle(InsertReply reply, List<EventDocument> documents) {
    if (reply.unclear().isEmpty()) {
      return Mono.just(reply.outcomes());
    }
    List<BsonBinary> ids =
        reply.unclear().stream()
            .map(duplicate -> new BsonBinary(documents.get(duplicate.index()).id().value()))
            .distinct()
            .toList();
    return Flux.from(collection.find(Filters.in("_id", ids)).projection(HASH_ONLY))
        .collect(HashMap<EventId, Optional<ContentHash>>::new, DuplicateCheck::addHash)
        .map(
            stored ->
                settle(
                    reply,
                    duplicate -> outcome(duplicate, documents.get(duplicate.index()), stored)))
        .onErrorResume(
            Exception.class,
            failure ->
                Mono.just(
                    settle(reply, duplicate -> new WriteOutcome.NotConfirmed(false, failure))));
  }

  private static List<WriteOutcome> settle(
      InsertReply reply, Function<Duplicate, WriteOutcome> outcome) {
    List<WriteOutcome> outcomes = new ArrayList<>(reply.outcomes());
    reply.unclear().forEach(each -> outcomes.set(each.index(), outcome.apply(each)));
    return outcomes;
  }

  private static WriteOutcome outcome(
      Duplicate duplicate, EventDocument document, Map<EventId, Optional<ContentHash>> stored) {
    Optional<ContentHash> hash = stored.get(document.id());
    if (hash != null) {
      return hash.filter(document.hash()::equals).isPresent()
          ? new WriteOutcome.AlreadyStored()
          : new WriteOutcome.Conflict();
    }
    if (duplicate.ofId()) {
      // Deleted between insert and look, by the TTL or by hand: the next attempt tells.
      return new WriteOutcome.NotConfirmed(
          false, new IllegalStateException("Document vanished while its id was checked"));
    }
    return new WriteOutcome.Refused(
        WriteErrors.DUPLICATE_KEY,
        "duplicate key in a unique index other than _id; such an index makes events clash, drop it");
  }

  /** A document without a readable hash is not ours: it counts as other content. */
  private static void addHash(
      Map<EventId, Optional<ContentHash>> stored, RawBsonDocument document) {
    BsonValue ingest = document.get("_ingest");
    BsonValue hash = ingest != null && ingest.isDocument() ? ingest.asDocument().get("hash") : null;
    Optional<ContentHash> content =
        hash != null && hash.isBinary() && hash.asBinary().getData().length == ContentHash.BYTES
            ? Optional.of(hash(hash.asBinary()))
            : Optional.empty();
    stored.put(new EventId(document.getBinary("_id").asUuid()), content);
  }

  private static ContentHash hash(BsonBinary binary) {
    ByteBuffer bytes = ByteBuffer.wrap(binary.getData());
    return new ContentHash(bytes.getLong(), bytes.getLong());
  }
}
