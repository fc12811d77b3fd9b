package io.wideevents.mongo;

import java.util.Set;

/**
 * The meaning of the server's error codes for one document. The lists are closed: the cause of a
 * code on no list may be the document or the server.
 */
final class WriteErrors {
  static final int DUPLICATE_KEY = 11000;
  static final int DOCUMENT_TOO_LARGE = 10334;

  private static final int MAX_WORDS = 200;

  /** Unauthorized, and Atlas's code for it. */
  private static final Set<Integer> FORBIDDEN = Set.of(13, 8000);

  /** The document is invalid: it would fail again, and other documents are not affected. */
  private static final Set<Integer> DOCUMENT =
      Set.of(
          2, // BadValue
          15, // Overflow: nested too deep
          22, // InvalidBSON
          52, // DollarPrefixedFieldName: servers before 5.0
          53, // InvalidIdField
          55, // InvalidDBRef
          56, // EmptyFieldName
          57, // DottedFieldName: servers before 3.6
          61, // ShardKeyNotFound: the collection is sharded by a field that it lacks, or by an
          // array
          121, // DocumentValidationFailure: a validator of the collection
          171, // CannotIndexParallelArrays: two arrays in one compound index of an operator
          201, // CannotBuildIndexKeys: the same, in some versions
          357, // InvalidBSONType
          378, // NonConformantBSON
          DOCUMENT_TOO_LARGE,
          13026, // a 2d index of an operator: a coordinate that is no number
          13027, // the same: a point outside the bounds
          13067, // the same: no coordinates
          13068, // the same: one coordinate
          13654, // the same: no point, in servers before 2.4
          16746, // an index on "a.0" and an array of documents with a field "0"
          16755, // a 2dsphere index of an operator on a field that holds no geometry
          16766, // a hashed index of an operator on an array
          16804, // a 2d index of an operator: no point
          17261, // a text index of an operator and a field "language" that is no string
          17262, // the same, and a language that the server does not know
          17280); // KeyTooLong: servers before 4.2

  /** Codes of a whole command in which one document is malformed or nested too deep. */
  private static final Set<Integer> SOME_DOCUMENT = Set.of(15, 22, 357, 378, DOCUMENT_TOO_LARGE);

  /** The server gets more writes than it takes, so the sender should slow down. */
  private static final Set<Integer> THROTTLE =
      Set.of(
          365, // TemporarilyUnavailable: the storage cache is full of changes
          402, // ResourceExhausted
          429, // HTTP's TooManyRequests, used by servers that implement another API
          433, // AdmissionQueueOverflow: MongoDB 8.1
          449, // RateLimitExceeded
          450, // PooledConnectionAcquisitionRejected
          462, // IngressRequestRateLimitExceeded: MongoDB 8.2
          16500, // Cosmos DB: request units used up
          16501); // Cosmos DB: memory of this tenant used up

  /**
   * The server could not write, which says nothing about the document. A router reports the failure
   * of a whole shard for each document, so most of the server's conditions are listed here.
   */
  private static final Set<Integer> OUTAGE =
      Set.of(
          6, 7, 89, 145, 149, 172, 199, 202, 230, 231, // the network, also behind a router
          279, 303, 317, 384, 407, 9001, 56846, 91331, // the same
          11, 13, 18, 31, 334, 337, 390, 391, 392, 8000, // not authorised, not authenticated
          204, 205, 209, 210, 211, // the cluster's clock and its keys
          24, 46, 107, 208, // locks
          117, 200, 215, 267, 272, 276, 285, 314, // another operation on the collection
          319, 338, 342, 343, 385, 406, 412, 414, 453, 12586, 12587, // the same
          50, 262, 290, // out of time
          64, 75, 76, 79, 100, // write concern
          90, 91, 94, 189, 216, 237, 281, 282, 308, 310, // shutting down, stepping down, starting
          333, 355, 372, 10058, 10107, 11600, 11601, 11602, // the same
          13435, 13436, 46841, 10045600, // the same
          26, 48, 63, 70, 82, 103, 133, 134, 150, 203, // no primary, stale routing
          227, 234, 249, 250, 360, 379, 13388, // the same
          112, 206, 213, 217, 225, 228, 239, 246, 251, // conflicts and retries
          261, 358, 363, 374, 375, // the same
          73, 116, 165, 166, 167, 242, 13297, // the collection under this name
          371, // writes are blocked
          39, 42, 146, 176, 264, 301, 14031); // memory, files, disk

  private WriteErrors() {}

  /** Whether the document is invalid and would fail again. */
  static boolean isDocumentError(int code) {
    return DOCUMENT.contains(code);
  }

  /**
   * Whether a command failed because of one of its documents, and the server does not say which
   * one.
   */
  static boolean isErrorOfOneDocument(int code) {
    return SOME_DOCUMENT.contains(code);
  }

  /** Whether the server is the cause, so that the document must be kept. */
  static boolean isOutage(int code) {
    return OUTAGE.contains(code) || throttles(code);
  }

  /** Whether the server asks for fewer writes. */
  static boolean throttles(int code) {
    return THROTTLE.contains(code);
  }

  /** Whether this user may not run the operation. */
  static boolean forbidden(int code) {
    return FORBIDDEN.contains(code);
  }

  /**
   * The server's text up to the first quotation of the document: some errors quote a key, some
   * quote the whole document. At most {@value #MAX_WORDS} characters, on one line.
   */
  static String withoutContent(String message) {
    int end = Math.min(message.length(), MAX_WORDS);
    for (int i = 0; i < end; i++) {
      if (beginsQuote(message, i)) {
        end = i;
      }
    }
    // Characters that introduce a quotation mean nothing without it.
    while (end > 0 && " :=(".indexOf(message.charAt(end - 1)) >= 0) {
      end--;
    }
    return message.substring(0, end).strip();
  }

  private static boolean beginsQuote(String message, int at) {
    char c = message.charAt(at);
    return switch (c) {
      case '{', '"', '`' -> true;
      // Not the apostrophe of "can't".
      case '\'' -> at == 0 || !Character.isLetterOrDigit(message.charAt(at - 1));
      case ':' -> at + 1 < message.length() && message.charAt(at + 1) == ' ';
      default -> Character.isISOControl(c);
    };
  }
}
