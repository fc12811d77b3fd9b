package io.wideevents.mongo;

import com.mongodb.MongoNamespace;
import java.util.Optional;

/**
 * Reads the name of the index from the text of a duplicate key error. The server also sends the
 * index in fields of the error ({@code keyPattern}), but the driver drops those fields.
 *
 * <p>The text is {@code E11000 duplicate key error collection: NAMESPACE index: NAME dup key:
 * VALUE}, with {@code collation: OPTIONS} after the name if the index has one. The value is the
 * client's and may contain any text, so only the text before it is read. The namespace is ours; it
 * is skipped by its length, so that it may imitate the rest of the message.
 *
 * <p>The name is unknown if the text has another form: a clustered collection names no index for a
 * duplicate {@code _id}, Cosmos DB never names an index, and a server may omit the text when a
 * reply grows too long.
 */
final class DuplicateKeyMessage {
  static final String ID_INDEX = "_id_";

  private static final String START = "E11000 duplicate key error collection: ";
  private static final String INDEX = " index: ";
  private static final String[] AFTER_NAME = {" dup key", " collation: "};

  private DuplicateKeyMessage() {}

  /**
   * The name of the index that already holds the key; empty if the text does not contain it.
   *
   * @param message the server's
   * @param collection that was written to
   */
  static Optional<String> indexName(String message, MongoNamespace collection) {
    String start = START + collection.getFullName() + INDEX;
    if (!message.startsWith(start)) {
      return Optional.empty();
    }
    int end = message.length();
    for (String next : AFTER_NAME) {
      int at = message.indexOf(next, start.length());
      end = at < 0 ? end : Math.min(end, at);
    }
    return Optional.of(message.substring(start.length(), end));
  }
}
