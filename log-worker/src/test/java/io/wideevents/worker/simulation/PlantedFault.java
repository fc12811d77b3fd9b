package io.wideevents.worker.simulation;

/** A fault that is put back on purpose, to show that the simulation finds it. */
enum PlantedFault {
  NONE,
  /** A duplicate id counts as stored, whatever its content. */
  TRUSTS_DUPLICATE_IDS,
  /** A write is confirmed before it is stored. */
  ANSWERS_BEFORE_STORING,
  /** A dead letter is confirmed before it is kept. */
  CONFIRMS_LETTERS_BEFORE_KEEPING,
  /** What was polled is committed, as automatic commits do. */
  COMMITS_THE_POSITION,
  /** A commit does not carry the leader epoch, so that a truncation goes unnoticed. */
  COMMITS_WITHOUT_EPOCH,
  /** The topic's id seems to stay the same when the topic is created again. */
  KEEPS_TOPIC_ID,
  /** A position that retention overtook moves without a word, as a reset policy does. */
  RESETS_SILENTLY,
  /** A throttled document is reported as one that MongoDB refuses. */
  TAKES_THROTTLING_FOR_POISON,
  /** While a record fails alone, other records are not written. */
  SUSPECTS_BAR_OTHERS,
  /** A write that gets no answer is never given up. */
  WAITS_WITHOUT_END,
  /** What cannot be read of a partition is passed over. */
  PASSES_OVER_CORRUPT_BATCHES,
  /** A poll that fails for one partition's data ends the whole consumer. */
  ONE_PARTITION_STOPS_ALL
}
