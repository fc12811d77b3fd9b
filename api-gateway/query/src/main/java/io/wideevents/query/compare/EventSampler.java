package io.wideevents.query.compare;

import io.wideevents.query.TimeRange;
import io.wideevents.query.store.EventStore;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.RawBsonDocument;

/**
 * Reads a random sample of the events of a range, at most {@value #MAX_EVENTS}. Counts the events
 * of small windows first and widens the windows until they have enough events. The cost depends on
 * the number of events that it must read to find enough matching ones. A range with few matching
 * events is read completely.
 */
final class EventSampler {
  static final int MAX_EVENTS = 5_000;

  /** Below the limit, so that the random number of sampled events rarely exceeds it. */
  private static final double AIM_EVENTS = 4_800;

  /** Memory of the sampled documents, which are read one after the other. */
  private static final double AIM_BYTES = 32 * 1024 * 1024;

  private static final double FIRST_SHARE = 1 / 2048.0;
  private static final double LEAST_WIDENING = 3;
  private static final double MOST_WIDENING = 32;

  private final EventStore.Reads reads;
  private final Random random;

  /**
   * @param random chooses the places of the windows; the same seed gives the same windows
   */
  EventSampler(EventStore.Reads reads, Random random) {
    this.reads = reads;
    this.random = random;
  }

  /**
   * Calls {@code each} for each sampled event, in no particular order.
   *
   * @param condition which events, in addition to the range
   * @return the number of events that match, estimated if not all windows were read
   */
  long sample(TimeRange range, BsonDocument condition, Consumer<RawBsonDocument> each) {
    double share = FIRST_SHARE;
    while (true) {
      Windows windows = Windows.of(range, condition, share, random);
      BsonDocument match = new BsonDocument("$match", windows.condition());
      BsonDocument size = size(match);
      double events = size.getNumber("events", new BsonInt32(0)).doubleValue();
      double bytes = size.getNumber("bytes", new BsonInt32(0)).doubleValue();
      if (windows.share() >= 1 || events >= AIM_EVENTS) {
        boolean isSmall = events <= MAX_EVENTS && bytes <= AIM_BYTES;
        read(match, isSmall ? 1 : Math.min(AIM_EVENTS / events, AIM_BYTES / bytes), each);
        return Math.round(events / windows.share());
      }
      double missing = events == 0 ? MOST_WIDENING : 1.2 * AIM_EVENTS / events;
      share = windows.share() * Math.clamp(missing, LEAST_WIDENING, MOST_WIDENING);
    }
  }

  private BsonDocument size(BsonDocument match) {
    BsonDocument group =
        new BsonDocument("_id", BsonNull.VALUE)
            .append("events", new BsonDocument("$sum", new BsonInt32(1)))
            .append(
                "bytes",
                new BsonDocument("$sum", new BsonDocument("$bsonSize", new BsonString("$$ROOT"))));
    List<BsonDocument> found =
        reads.aggregate(List.of(match, new BsonDocument("$group", group)), 1);
    return found.isEmpty() ? new BsonDocument() : found.getFirst();
  }

  private void read(BsonDocument match, double rate, Consumer<RawBsonDocument> each) {
    BsonDocument thin =
        new BsonDocument("$match", new BsonDocument("$sampleRate", new BsonDouble(rate)));
    BsonDocument limit = new BsonDocument("$limit", new BsonInt32(MAX_EVENTS));
    reads.forEach(rate < 1 ? List.of(match, thin, limit) : List.of(match, limit), each);
  }
}
