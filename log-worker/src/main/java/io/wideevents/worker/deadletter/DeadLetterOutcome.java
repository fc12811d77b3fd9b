package io.wideevents.worker.deadletter;

/** The outcome of one send of a dead letter. */
public sealed interface DeadLetterOutcome {

  /** The dead letter is durable, with the record's original bytes. */
  record Kept() implements DeadLetterOutcome {}

  /**
   * The record was too large for the dead-letter topic. A stub that identifies the record is
   * durable.
   */
  record KeptAsStub() implements DeadLetterOutcome {}

  /** The dead letter is not confirmed to be durable. The caller should send it again. */
  record NotConfirmed(Throwable cause) implements DeadLetterOutcome {}
}
