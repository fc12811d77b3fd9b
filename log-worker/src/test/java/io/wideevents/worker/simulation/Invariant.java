package io.wideevents.worker.simulation;

/** What holds after every step of a simulation, and at its end. */
enum Invariant {
  /** Every record below a committed offset is stored, dead-lettered, or counted as lost. */
  COMMITTED_IS_DONE,
  /** A document is written with the content that was produced, and is stored once. */
  STORED_AS_PRODUCED,
  /** A record becomes a dead letter only for a reason that the model knows. */
  DEAD_LETTER_HAS_A_REASON,
  /** Records and bytes in memory, and writes in flight, stay within their bounds. */
  MEMORY_IS_BOUNDED,
  /** consumed = stored + duplicate + dead-lettered + handed back + held. */
  COUNTERS_ADD_UP,
  /** An exception reaches the polling loop only if the model threw it. */
  NO_FOREIGN_EXCEPTION,
  /** While MongoDB stores well records, each well record that was polled is stored in time. */
  WELL_RECORDS_PROGRESS,
  /** While one partition cannot be read, the records of the others are. */
  OTHERS_ARE_READ,
  /** When the faults have ended, every record is stored or dead-lettered and committed in time. */
  EVERYTHING_ENDS
}
