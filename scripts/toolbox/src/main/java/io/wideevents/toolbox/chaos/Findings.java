package io.wideevents.toolbox.chaos;

import java.util.List;
import java.util.Map;

/**
 * What the check at the end found, in events. All but the first five should be nothing.
 *
 * @param posted different events that were posted at least once
 * @param acknowledged of them, those that were answered with 2xx
 * @param stored documents in the collection
 * @param storedUnacknowledged of them, those whose clients never got a 2xx; that is allowed
 * @param deadLettered events in the dead-letter topic
 * @param deadLetterReasons records of that topic by reason
 * @param refused valid events that were refused
 * @param givenUp events whose clients gave up; allowed, but a run that ends with everything up has
 *     none
 * @param lost acknowledged, and neither stored nor dead-lettered
 * @param duplicates documents with an {@code _id} that another document has
 * @param unexpected stored, but never posted
 * @param unequal stored with other fields than were posted
 * @param examples the first of what is wrong, in words
 */
record Findings(
    long posted,
    long acknowledged,
    long stored,
    long storedUnacknowledged,
    long deadLettered,
    Map<String, Long> deadLetterReasons,
    long refused,
    long givenUp,
    long lost,
    long duplicates,
    long unexpected,
    long unequal,
    List<String> examples) {

  Findings {
    deadLetterReasons = Map.copyOf(deadLetterReasons);
    examples = List.copyOf(examples);
  }

  /** Whether the promise held for every event. */
  boolean isGood() {
    return lost == 0 && duplicates == 0 && unexpected == 0 && unequal == 0 && refused == 0;
  }
}
