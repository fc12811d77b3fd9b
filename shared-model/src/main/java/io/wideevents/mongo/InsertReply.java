package io.wideevents.mongo;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoNamespace;
import com.mongodb.MongoWriteConcernException;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.bulk.WriteConcernError;
import io.wideevents.event.EventDocument;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The meaning of the reply to an unordered insert for each document.
 *
 * <p>A document without an error is stored. This follows only from the list of errors, because the
 * counts in the reply are wrong on some servers.
 *
 * @param outcomes one per document, in order
 * @param duplicates duplicate keys; their outcome is not final until the stored document was read
 */
record InsertReply(List<WriteOutcome> outcomes, List<Duplicate> duplicates) {

  /**
   * A document rejected as a duplicate key.
   *
   * @param index its index in the batch
   * @param indexName of the unique index that holds the key; empty if the server did not name it
   */
  record Duplicate(int index, Optional<String> indexName) {
    boolean isOfId() {
      return indexName.filter(DuplicateKeyMessage.ID_INDEX::equals).isPresent();
    }
  }

  static InsertReply allStored(List<EventDocument> documents) {
    return same(documents, new WriteOutcome.Stored());
  }

  /** The reply if the whole batch got no usable answer. */
  static InsertReply noneConfirmed(List<EventDocument> documents, Throwable cause) {
    return same(documents, new WriteOutcome.NotConfirmed(false, cause));
  }

  /**
   * @param collection that was written to
   */
  static InsertReply partlyFailed(
      List<EventDocument> documents, MongoBulkWriteException errors, MongoNamespace collection) {
    WriteConcernError unacknowledged = errors.getWriteConcernError();
    if (unacknowledged != null) {
      // No majority has confirmed what this server answered. This includes the duplicates: a
      // failover may roll the stored document back.
      return noneConfirmed(
          documents,
          new MongoWriteConcernException(
              unacknowledged, null, errors.getServerAddress(), errors.getErrorLabels()));
    }
    List<WriteOutcome> outcomes = new ArrayList<>(allStored(documents).outcomes);
    List<Duplicate> duplicates = new ArrayList<>();
    for (BulkWriteError error : errors.getWriteErrors()) {
      outcomes.set(error.getIndex(), outcome(error));
      if (error.getCode() == WriteErrors.DUPLICATE_KEY) {
        duplicates.add(
            new Duplicate(
                error.getIndex(), DuplicateKeyMessage.indexName(error.getMessage(), collection)));
      }
    }
    return new InsertReply(outcomes, duplicates);
  }

  private static WriteOutcome outcome(BulkWriteError error) {
    int code = error.getCode();
    String words = WriteErrors.withoutContent(error.getMessage());
    if (WriteErrors.isDocumentError(code)) {
      return new WriteOutcome.Refused(code, words);
    }
    var failure = new DocumentWriteException(code, words);
    boolean perDocument = code != WriteErrors.DUPLICATE_KEY && !failure.isOutage();
    return new WriteOutcome.NotConfirmed(perDocument, failure);
  }

  private static InsertReply same(List<EventDocument> documents, WriteOutcome outcome) {
    return new InsertReply(Collections.nCopies(documents.size(), outcome), List.of());
  }
}
