package io.wideevents.worker.command;

import io.wideevents.kafka.StoredDeadLetter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Selects the dead letters of a replay, counts them by outcome, and prints the counts. */
final class DlqReplayResult {
  private final DeadLetterFilter filter;
  private final long maxReplays;
  private long replayed;
  private long stubs;
  private long exhausted;
  private long filtered;
  private long tooLarge;

  /**
   * @param maxReplays dead letters that were replayed this many times are skipped
   */
  DlqReplayResult(DeadLetterFilter filter, long maxReplays) {
    this.filter = filter;
    this.maxReplays = maxReplays;
  }

  /** The dead letters to replay. The others are counted as skipped. */
  List<StoredDeadLetter> choose(List<StoredDeadLetter> letters) {
    Instant now = Instant.now();
    List<StoredDeadLetter> chosen = new ArrayList<>(letters.size());
    for (StoredDeadLetter letter : letters) {
      if (!filter.matches(letter, now)) {
        filtered++;
      } else if (letter.isStub()) {
        stubs++;
      } else if (letter.replays() >= maxReplays) {
        exhausted++;
      } else {
        chosen.add(letter);
      }
    }
    return chosen;
  }

  /**
   * Counts dead letters that were replayed.
   *
   * @param notWritten replayed dead letters that are too large for the topic
   */
  void replayed(int letters, int notWritten) {
    replayed += letters - notWritten;
    tooLarge += notWritten;
  }

  /** Whether dead letters were skipped that cannot be replayed. */
  boolean hasUnreplayable() {
    return stubs + tooLarge > 0;
  }

  void printJson(Output out, boolean dryRun) {
    out.json(
        object -> {
          object.writeBooleanProperty("dryRun", dryRun);
          object.writeNumberProperty("replayed", replayed);
          object.writeNumberProperty("skippedStubs", stubs);
          object.writeNumberProperty("skippedExhausted", exhausted);
          object.writeNumberProperty("skippedTooLarge", tooLarge);
          object.writeNumberProperty("skippedByFilter", filtered);
        });
  }

  void print(Output out, boolean dryRun) {
    out.line((dryRun ? "Would replay " : "Replayed ") + replayed + " dead letters");
    if (stubs > 0) {
      out.line(
          stubs
              + " skipped: only a stub is kept, which cannot be replayed; dlq list --all shows"
              + " where the originals were");
    }
    if (exhausted > 0) {
      out.line(exhausted + " skipped: came back " + maxReplays + " times (--max-replays)");
    }
    if (tooLarge > 0) {
      out.line(tooLarge + " skipped: larger than the topic takes; raise its max.message.bytes");
    }
    if (filtered > 0) {
      out.line(filtered + " skipped by the filter");
    }
  }
}
