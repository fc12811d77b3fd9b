package io.wideevents.mongo;

/** What became of one document of a batch. */
public sealed interface WriteOutcome {

  /** Durable on a majority, and this write put it there. */
  record Stored() implements WriteOutcome {}

  /** An event with this id and the same content is durable already: success. */
  record AlreadyStored() implements WriteOutcome {}

  /** The id is taken by an event with other content; this one can never be stored under it. */
  record Conflict() implements WriteOutcome {}

  /**
   * The database refuses this very document and would refuse it again; others are not affected.
   *
   * @param code the server's error code, from the closed list of document errors; 0 when the driver
   *     itself refused it
   * @param message the server's words, without what they quote of the document
   */
  record Refused(int code, String message) implements WriteOutcome {}

  /**
   * Not confirmed: the document may be stored or not. Only ever an outage, or a document error that
   * is not on the closed list; write it again under the same id.
   *
   * @param perDocument whether the server answered for this very document, with a code that is
   *     neither on the closed list nor known for an outage: the document may be to blame. False
   *     when the server is, or when the whole batch went without an answer
   */
  record NotConfirmed(boolean perDocument, Throwable cause) implements WriteOutcome {}
}
