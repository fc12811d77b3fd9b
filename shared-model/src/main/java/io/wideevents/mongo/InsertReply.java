package io.wideevents.mongo;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoWriteConcernException;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.bulk.WriteConcernError;
import io.wideevents.event.EventDocument;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What the reply to an unordered insert of many documents means for each of them.
 *
 * <p>A document without an error of its own is stored: that follows from the list of errors alone,
 * for the counts beside it are wrong on some servers.
 *
 * @param outcomes one per document, in order
 * @param unclear duplicate keys whose outcome, {@code AlreadyStored} until then, only the stored
 *     document can tell
 */
record InsertReply(List<WriteOutcome> outcomes, List<Duplicate> unclear) {

  /**
   * A document refused as a duplicate key.
   *
   * @param index its place in the batch
   * @param ofId whether the id is taken; if not, it is a value in a unique index of an operator's
   */
  record Duplicate(int index, boolean ofId) {}

  /** How servers of all versions name the index in the message; the reply's fields do not tell. */
  private static final String ID_INDEX = "index: _id_ ";

  static InsertReply allStored(List<EventDocument> documents) {
    return same(documents, new WriteOutcome.Stored());
  }

  /** The batch as a whole went without a usable answer. */
  static InsertReply noneConfirmed(List<EventDocument> documents, Throwable cause) {
    return same(documents, new WriteOutcome.NotConfirmed(false, cause));
  }

  static InsertReply partlyFailed(List<EventDocument> documents, MongoBulkWriteException errors) {
    WriteConcernError unacknowledged = errors.getWriteConcernError();
    if (unacknowledged != null) {
      // No majority stands behind anything this server said, not even behind "duplicate": after a
      // failover the document found there may never have been.
      return noneConfirmed(
          documents,
          new MongoWriteConcernException(
              unacknowledged, null, errors.getServerAddress(), errors.getErrorLabels()));
    }
    List<WriteOutcome> outcomes = new ArrayList<>(allStored(documents).outcomes);
    List<Duplicate> unclear = new ArrayList<>();
    for (BulkWriteError error : errors.getWriteErrors()) {
      int index = error.getIndex();
      outcomes.set(index, outcome(error));
      if (error.getCode() == WriteErrors.DUPLICATE_KEY) {
        boolean ofId = error.getMessage().contains(ID_INDEX);
        if (!ofId || !documents.get(index).derivedId()) {
          unclear.add(new Duplicate(index, ofId));
        }
      }
    }
    return new InsertReply(outcomes, unclear);
  }

  private static WriteOutcome outcome(BulkWriteError error) {
    int code = error.getCode();
    if (code == WriteErrors.DUPLICATE_KEY) {
      return new WriteOutcome.AlreadyStored();
    }
    String words = WriteErrors.withoutContent(error.getMessage());
    if (WriteErrors.blameDocument(code)) {
      return new WriteOutcome.Refused(code, words);
    }
    var failure = new DocumentWriteException(code, words);
    return new WriteOutcome.NotConfirmed(!failure.blamesServer(), failure);
  }

  private static InsertReply same(List<EventDocument> documents, WriteOutcome outcome) {
    return new InsertReply(Collections.nCopies(documents.size(), outcome), List.of());
  }
}
