package io.wideevents.mongo;

import io.wideevents.event.DeadLetterReason;

/**
 * The outcome of one document of a batch: {@link Stored}, {@link AlreadyStored}, {@link Rejected}
 * or {@link NotConfirmed}.
 */
public sealed interface WriteOutcome {

  /** Durable on a majority; this write stored it. */
  record Stored() implements WriteOutcome {}

  /** An event with this id and the same content is durable already: success. */
  record AlreadyStored() implements WriteOutcome {}

  /**
   * The document cannot be stored, and a retry fails in the same way. Other documents are not
   * affected.
   */
  sealed interface Rejected extends WriteOutcome {
    /** Why, from the closed list. */
    DeadLetterReason reason();

    /** Why, for people: with the server's code and text, without content of the document. */
    String text();
  }

  /** The id belongs to a stored event with other content, so this document cannot be stored. */
  record Conflict() implements Rejected {
    @Override
    public DeadLetterReason reason() {
      return DeadLetterReason.ID_CONFLICT;
    }

    @Override
    public String text() {
      return "The eventId is taken by an event with other content";
    }
  }

  /**
   * The database rejects this document and would reject it again.
   *
   * @param code the server's error code, from the closed list of document errors; 0 if the driver
   *     itself rejected the document
   * @param message the server's text, without what it quotes of the document
   */
  record Refused(int code, String message) implements Rejected {
    @Override
    public DeadLetterReason reason() {
      return DeadLetterReason.REFUSED_BY_DATABASE;
    }

    @Override
    public String text() {
      return "MongoDB error " + code + ": " + message;
    }
  }

  /**
   * The document is proven poison: its error code is on no list, and it failed alone repeatedly
   * while other documents were stored.
   *
   * @param failures number of failures that count for the proof
   * @param message the last failure, without what it quotes of the document
   */
  record Poison(int failures, String message) implements Rejected {
    @Override
    public DeadLetterReason reason() {
      return DeadLetterReason.REFUSED_BY_DATABASE;
    }

    @Override
    public String text() {
      return "MongoDB failed for this event alone %d times while it stored others: %s"
          .formatted(failures, message);
    }
  }

  /**
   * Not confirmed: the document may be stored or not. The cause is an outage, or a document error
   * that is not on the closed list. Write the document again under the same id.
   *
   * @param perDocument whether the reply has an error of this document, with a code that is neither
   *     on the closed list nor known for an outage, so that the document may be the cause. False if
   *     the server is the cause, or if the whole batch got no answer
   */
  record NotConfirmed(boolean perDocument, Throwable cause) implements WriteOutcome {}
}
