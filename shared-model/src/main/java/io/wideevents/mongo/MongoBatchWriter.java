package io.wideevents.mongo;

import io.wideevents.event.EventDocument;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import reactor.core.publisher.Mono;

/**
 * Writes batches to MongoDB: one unordered {@code insertMany} per batch, acknowledged by a majority
 * and journalled, and one query for the stored documents of all duplicate ids.
 *
 * <p>One document that cannot be written does not affect the others of its batch. Nothing is
 * written to a collection that cannot hold events exactly once: a view, a capped or a time-series
 * collection. {@link #unavailability} reports this.
 *
 * <p>A write completes within two client timeouts ({@link MongoSettings#timeout}). Safe for
 * concurrent use. The owner of the connection closes it.
 */
public final class MongoBatchWriter implements BatchWriter {
  private final MongoConnection connection;
  private final CollectionGate gate;

  public MongoBatchWriter(MongoConnection connection) {
    this.connection = connection;
    this.gate = new CollectionGate(connection);
  }

  /**
   * Why nothing is written at present, with what to do about it; empty if writes are tried. Does
   * not block, and queries the collection in the background. An unreachable server is not reported
   * here.
   */
  public Optional<String> unavailability() {
    return gate.problem();
  }

  @Override
  public CompletableFuture<List<WriteOutcome>> write(List<EventDocument> documents) {
    Deadline deadline = Deadline.after(connection.settings().timeout().multipliedBy(2));
    // The driver fails the whole batch for a document over the limit, without saying which it is.
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
    return insert(rest, deadline)
        .map(
            outcomes -> {
              List<WriteOutcome> all = new ArrayList<>(outcomes);
              // In ascending order, so that each outcome is inserted at its own index.
              tooLarge.forEach(all::add);
              return all;
            })
        .toFuture();
  }

  private Mono<List<WriteOutcome>> insert(List<EventDocument> documents, Deadline deadline) {
    if (documents.isEmpty()) {
      return Mono.just(List.of());
    }
    // The state is shared by all writes, so a caller that stops waiting must not cancel it.
    return Mono.fromFuture(gate.state(), true)
        .flatMap(state -> insert(documents, state, deadline))
        .onErrorResume(
            Exception.class,
            failure -> Mono.just(InsertReply.noneConfirmed(documents, failure).outcomes()));
  }

  private Mono<List<WriteOutcome>> insert(
      List<EventDocument> documents, CollectionGate.State state, Deadline deadline) {
    if (state.problem().isPresent()) {
      return Mono.error(new UnsuitableCollectionException(state.problem().get()));
    }
    MongoSettings settings = connection.settings();
    Duration timeout = settings.timeout();
    return Mono.fromFuture(connection.database())
        .flatMap(
            database ->
                new BatchInsert(
                        database, settings.collection(), state.clustered(), timeout, deadline)
                    .write(documents));
  }
}
