package io.wideevents.delivery.spool;

import io.wideevents.event.StubEvent;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/**
 * A process that a test kills. Appends numbered events on several threads, and prints a number when
 * its event is acknowledged.
 *
 * <p>Arguments: the spool's directory, the first number.
 */
public final class AppendingProcess {
  private static final int THREADS = 8;
  private static final int NUMBERS_PER_THREAD = 1_000_000;

  private AppendingProcess() {}

  public static void main(String[] arguments) {
    EventSpool spool = open(Path.of(arguments[0]));
    int first = Integer.parseInt(arguments[1]);
    for (int thread = 0; thread < THREADS; thread++) {
      int from = first + thread * NUMBERS_PER_THREAD;
      Thread.ofPlatform().start(() -> append(spool, from));
    }
  }

  /** Large enough for the events of many runs. */
  static EventSpool open(Path directory) {
    return EventSpool.open(
        new SpoolSettings(directory, 1L << 30, 0, 1), TestSpools.decoder(), InstantSource.system());
  }

  private static void append(EventSpool spool, int from) {
    for (int number = from; number < from + NUMBERS_PER_THREAD; number++) {
      SpoolOutcome outcome = spool.append(List.of(StubEvent.numbered(number))).join();
      if (outcome instanceof SpoolOutcome.Spooled) {
        // One write for each line, so that a kill does not cut a line.
        System.out.print(number + "\n");
      }
    }
  }
}
