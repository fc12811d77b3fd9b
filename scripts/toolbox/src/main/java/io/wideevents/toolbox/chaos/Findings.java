package io.wideevents.toolbox.chaos;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The result of the check at the end of a run, in events. All but the first five should be zero.
 *
 * @param posted different events that were posted at least once
 * @param acknowledged posted events that were answered with 2xx
 * @param stored documents in the collection
 * @param storedUnacknowledged stored documents whose clients did not get a 2xx; allowed
 * @param deadLettered events in the dead-letter topic
 * @param deadLetterReasons records of that topic by reason
 * @param refused valid events that were rejected
 * @param givenUp events whose clients stopped retrying; allowed, but zero in a run that ends with
 *     everything up
 * @param lost acknowledged, and neither stored nor dead-lettered
 * @param duplicates documents with an {@code _id} that another document has
 * @param unexpected stored, but not posted
 * @param unequal stored with other fields than were posted
 * @param examples descriptions of the first violations
 */
record Findings(
    long posted,
    long acknowledged,
    long stored,
    long storedUnacknowledged,
    long deadLettered,
    SortedMap<String, Long> deadLetterReasons,
    long refused,
    long givenUp,
    long lost,
    long duplicates,
    long unexpected,
    long unequal,
    List<String> examples) {

  Findings {
    deadLetterReasons = new TreeMap<>(deadLetterReasons);
    examples = List.copyOf(examples);
  }

  /** Whether the guarantees held for every event. */
  boolean isGood() {
    return lost == 0 && duplicates == 0 && unexpected == 0 && unequal == 0 && refused == 0;
  }
}
