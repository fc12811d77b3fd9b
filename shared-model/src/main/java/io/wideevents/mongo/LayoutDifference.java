package io.wideevents.mongo;

/**
 * One way in which the collection is not as it should be. Events are stored all the same, unless
 * the kind says otherwise.
 *
 * @param kind what kind of difference, for programs
 * @param message what is found and what should be
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
    /** Something that is not ours deletes documents as well. */
    OTHER_EXPIRY,
    /** An index over the right fields has other options, or its name is taken by another. */
    INDEX_DIFFERS,
    /** The server knows the operation by name or not at all, and would not do it. */
    CHANGE_REFUSED,
    /** A unique index not of ours: it makes different events clash, and those are refused. */
    UNIQUE_INDEX
  }
}
