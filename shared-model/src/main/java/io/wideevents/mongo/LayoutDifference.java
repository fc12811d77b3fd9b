package io.wideevents.mongo;

/**
 * One difference between the collection and its wanted layout. Events are stored nevertheless,
 * unless the kind says otherwise.
 *
 * @param kind the kind of difference, for programs
 * @param message what was found and what is wanted
 * @param fix what to do about it
 */
public record LayoutDifference(Kind kind, String message, String fix) {

  /** The kinds of difference. */
  public enum Kind {
    /** A view, a capped or a time-series collection: events cannot be stored exactly once in it. */
    COLLECTION_UNSUITABLE,
    /** Searches without this index read the whole collection. */
    INDEX_MISSING,
    /** Events live longer or shorter than the settings say. */
    RETENTION_DIFFERS,
    /** An index that is not ours also deletes documents. */
    OTHER_EXPIRY,
    /** An index over the right fields has other options, or its name is in use by another index. */
    INDEX_DIFFERS,
    /** The server rejects the operation or does not know it. */
    CHANGE_REFUSED,
    /**
     * A unique index that is not ours: different events can conflict in it, and such events are
     * rejected.
     */
    UNIQUE_INDEX
  }
}
