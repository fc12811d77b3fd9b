package io.wideevents.toolbox.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * The faults of a run and their times. Immutable.
 *
 * @param episodes in order, one after the other
 * @param length minimum length of the load, which ends when the last episode has ended
 * @param latestBegin episodes that could not begin by then are left out
 */
record FaultSchedule(List<ScheduledEpisode> episodes, Duration length, Duration latestBegin) {
  private static final Duration SHORTEST_EPISODE = Duration.ofSeconds(4);
  private static final Duration LONGEST_EPISODE = Duration.ofSeconds(9);
  // Usually long enough for circuit breakers to close and for a replay to begin, but not for the
  // pipeline to become idle.
  private static final Duration SHORTEST_REST = Duration.ofSeconds(2);
  private static final Duration LONGEST_REST = Duration.ofSeconds(6);

  FaultSchedule {
    episodes = List.copyOf(episodes);
  }

  /** A schedule of given episodes, which are all executed, however slowly the servers start. */
  static FaultSchedule of(ScheduledEpisode... episodes) {
    return new FaultSchedule(List.of(episodes), Duration.ZERO, Duration.ofDays(1));
  }

  /**
   * The schedule of a seed: the same for the same seed and length. Every kind of episode occurs
   * once before any kind occurs again.
   *
   * @param length maximum length of all episodes and rests together, and the latest begin; the
   *     schedule is empty if no episode fits
   */
  static FaultSchedule of(long seed, Duration length) {
    Random random = new Random(seed);
    List<Episode> deck = new ArrayList<>();
    List<ScheduledEpisode> episodes = new ArrayList<>();
    Duration now = Duration.ZERO;
    while (true) {
      Duration rest = between(SHORTEST_REST, LONGEST_REST, random);
      Duration lasting = between(SHORTEST_EPISODE, LONGEST_EPISODE, random);
      now = now.plus(rest).plus(lasting);
      if (now.compareTo(length) > 0) {
        return new FaultSchedule(episodes, length, length);
      }
      if (deck.isEmpty()) {
        deck.addAll(Arrays.asList(Episode.values()));
        Collections.shuffle(deck, random);
      }
      episodes.add(new ScheduledEpisode(deck.removeLast(), rest, lasting));
    }
  }

  private static Duration between(Duration shortest, Duration longest, Random random) {
    int span = (int) longest.minus(shortest).toMillis();
    return shortest.plusMillis(random.nextInt(span + 1));
  }
}
