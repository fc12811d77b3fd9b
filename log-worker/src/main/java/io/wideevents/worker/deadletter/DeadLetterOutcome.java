package io.wideevents.worker.deadletter;

/** What became of a dead letter. */
public sealed interface DeadLetterOutcome {

  /** The letter is durable, with the record's original bytes. */
  record Kept() implements DeadLetterOutcome {}

  /** The record was too large even for the dead letters; a stub that identifies it is durable. */
  record KeptAsStub() implements DeadLetterOutcome {}

  /** Nothing is confirmed; send it again. */
  record NotConfirmed(Throwable cause) implements DeadLetterOutcome {}
}
