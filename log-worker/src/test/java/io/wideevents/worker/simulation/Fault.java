package io.wideevents.worker.simulation;

/** What a seed may switch on. Each run has some of them, so that each is also seen alone. */
enum Fault {
  OUTAGES,
  SHARD_OUTAGES,
  THROTTLING,
  WRITE_BLOCKS,
  /** A write is stored, or is not, and is answered as unconfirmed. */
  LOST_ANSWERS,
  /** A write is answered long after the writer's time bound. */
  LATE_ANSWERS,
  /** A write's future never completes. */
  NEVER_ANSWERED,
  /** A write throws, fails, or answers with another number of outcomes. */
  BROKEN_WRITER,
  SLOW_DATABASE,
  ODD_RECORDS,
  POISON,
  /** More poison than the worker may take for proven at once. */
  MUCH_POISON,
  FATAL_POISON,
  DEAD_LETTER_OUTAGES,
  DEAD_LETTERS_UNCONFIRMED,
  DEAD_LETTERS_NEVER_ANSWERED,
  REBALANCES,
  LOSSES,
  COMMIT_FAILURES,
  POLL_FAILURES,
  /** A batch of one partition cannot be read for a while. */
  CORRUPT_BATCH,
  /** A poll runs out of memory, and has lost what it had taken of other partitions. */
  OUT_OF_MEMORY,
  RETENTION,
  TRUNCATION,
  RECREATION,
  CRASHES,
  RESTARTS,
  STALLS,
  CLOCK_JUMPS,
  /** So many malformed records that the dead-letter circuit breaker opens. */
  FLOOD
}
