package io.wideevents.query.compare;

import io.wideevents.query.TimeRange;
import java.util.List;
import java.util.Random;
import org.bson.BsonArray;
import org.bson.BsonDocument;

/**
 * Short parts of a time range: one at a random place in each of 100 equal slices. Each event has
 * the same chance to be in a window, at quiet and at busy times, so the events of the windows are
 * an unbiased sample of the range.
 *
 * <p>Each window has the whole condition of the events, so that MongoDB finds the events of a
 * window with the index of the service, if the condition names one.
 *
 * @param condition matches the events in the windows that the request asks for
 * @param share length of the windows as a part of the range, 0 to 1
 */
record Windows(BsonDocument condition, double share) {
  private static final int SLICES = 100;

  /**
   * @param condition which events, in addition to the range
   * @param share the wanted share; a window has at least a millisecond
   */
  static Windows of(TimeRange range, BsonDocument condition, double share, Random random) {
    long from = range.from().toEpochMilli();
    long length = range.to().toEpochMilli() - from;
    if (share >= 1 || length < SLICES) {
      return new Windows(and(range.condition(), condition), 1);
    }
    BsonArray windows = new BsonArray();
    long covered = 0;
    for (int slice = 0; slice < SLICES; slice++) {
      long start = from + length * slice / SLICES;
      long end = from + length * (slice + 1) / SLICES;
      long window = Math.max(1, Math.round((end - start) * share));
      long at = start + random.nextLong(end - start - window + 1);
      covered += window;
      windows.add(and(TimeRange.condition(at, at + window), condition));
    }
    return new Windows(new BsonDocument("$or", windows), (double) covered / length);
  }

  private static BsonDocument and(BsonDocument time, BsonDocument condition) {
    return new BsonDocument("$and", new BsonArray(List.of(time, condition)));
  }
}
