package io.wideevents.mongo;

/** The outcome of one document of a batch. */
public sealed interface WriteOutcome {

  /** Durable on a majority; this write stored it. */
  record Stored() implements WriteOutcome {}

  /** An event with this id and the same content is durable already: success. */
  record AlreadyStored() implements WriteOutcome {}

  /** The id belongs to an event with other content; this document can never be stored under it. */
  record Conflict() implements WriteOutcome {}

  /**
   * The database rejects this document and would reject it again; other documents are not affected.
   *
   * @param code the server's error code, from the closed list of document errors; 0 if the driver
   *     itself rejected the document
   * @param message the server's text, without what it quotes of the document
   */
  record Refused(int code, String message) implements WriteOutcome {}

  /**
   * Not confirmed: the document may be stored or not. The cause is an outage, or a document error
   * that is not on the closed list. Write the document again under the same id.
   *
   * @param perDocument whether the server answered for this document, with a code that is neither
   *     on the closed list nor known for an outage, so that the document may be the cause. False if
   *     the server is the cause, or if the whole batch got no answer
   */
  record NotConfirmed(boolean perDocument, Throwable cause) implements WriteOutcome {}
}
