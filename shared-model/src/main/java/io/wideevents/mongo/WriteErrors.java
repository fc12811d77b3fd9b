package io.wideevents.mongo;

import java.util.Set;

/**
 * What the server's error codes mean for one document. Closed lists: a code that stands in none of
 * them is nobody's fault yet.
 */
final class WriteErrors {
  static final int DUPLICATE_KEY = 11000;
  static final int DOCUMENT_TOO_LARGE = 10334;

  /** The document itself is at fault; the same document fails again, its neighbours do not. */
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
          121, // DocumentValidationFailure: a validator of the collection
          171, // CannotBuildIndexKeys: two arrays in one compound index of an operator's
          DOCUMENT_TOO_LARGE,
          16755, // a geo index of an operator's on a field that holds no geometry
          17262, // a text index of an operator's and a field "language" that names none
          17280); // KeyTooLong: servers before 4.2

  /** Seen for a whole command when one document in it is malformed or nested past all bounds. */
  private static final Set<Integer> SOME_DOCUMENT = Set.of(15, 22, DOCUMENT_TOO_LARGE);

  /** The server was in no state to write; nothing is said about the document. */
  private static final Set<Integer> OUTAGE =
      Set.of(
          6, 7, 89, 9001, // the network behind a router
          13, 18, 8000, // not authorised, not authenticated
          24, 46, // locks
          50, 202, 262, // out of time
          64, 79, 100, // write concern
          91, 189, 10058, 10107, 11600, 11602, 13435, 13436, // shutting down, stepped down
          112, // write conflict
          63, 82, 133, 134, 150, 249, 11601, 13388, // no primary, stale routing, interrupted
          146, 365, // memory
          14031); // disk full

  private WriteErrors() {}

  /** Whether the document is to blame, and would be again. */
  static boolean blameDocument(int code) {
    return DOCUMENT.contains(code);
  }

  /** Whether a command failed because of a document in it, without saying which. */
  static boolean blameSomeDocument(int code) {
    return SOME_DOCUMENT.contains(code);
  }

  /** Whether the server is to blame, so that the document must be kept. */
  static boolean blameServer(int code) {
    return OUTAGE.contains(code);
  }

  /**
   * The server's words up to where it begins to quote the document: some errors print a key, some
   * all of it.
   */
  static String withoutContent(String message) {
    int end = message.length();
    for (String quote : new String[] {"{", "\"", " '", ": "}) {
      int at = message.indexOf(quote);
      end = at < 0 ? end : Math.min(end, at);
    }
    return message.substring(0, end).strip();
  }
}
