package io.wideevents.query.stats;

import io.wideevents.event.Outcome;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bson.BsonDocument;

/**
 * The distribution of the numbers of a field in each interval.
 *
 * @param bounds of the buckets: bucket {@code i} has the numbers from {@code bounds[i]} to below
 *     {@code bounds[i + 1]}. Empty if there is no number
 * @param cells the cells with events, in the order of time and bucket
 */
record Heatmap(List<Double> bounds, List<Cell> cells) {
  private static final int MAX_BUCKETS = 40;

  /**
   * The events of one interval and one bucket.
   *
   * @param count weighted number of events
   * @param failed weighted number of the failed events
   */
  record Cell(int interval, int bucket, double count, double failed) {}

  /**
   * Joins the narrow buckets of a pass into at most 42 wide ones: one for numbers below zero, one
   * for zero, and 40 above zero.
   */
  static Heatmap of(Pass pass, List<BsonDocument> cells) {
    TreeSet<Integer> buckets = new TreeSet<>();
    for (BsonDocument cell : cells) {
      Integer bucket = pass.bucket(cell);
      if (bucket != null) {
        buckets.add(bucket);
      }
    }
    List<Double> bounds = bounds(buckets);
    Map<Place, double[]> counts = new TreeMap<>(Place.ORDER);
    for (BsonDocument cell : cells) {
      Integer bucket = pass.bucket(cell);
      if (bucket != null) {
        Place place = new Place(pass.interval(cell), wide(bounds, bucket));
        double[] count = counts.computeIfAbsent(place, key -> new double[2]);
        count[0] += pass.weight(cell);
        count[1] += Outcome.FAILED.name().equals(pass.outcome(cell)) ? pass.weight(cell) : 0;
      }
    }
    return new Heatmap(
        bounds,
        counts.entrySet().stream()
            .map(
                entry ->
                    new Cell(
                        entry.getKey().interval,
                        entry.getKey().bucket,
                        entry.getValue()[0],
                        entry.getValue()[1]))
            .toList());
  }

  private record Place(int interval, int bucket) {
    static final Comparator<Place> ORDER =
        Comparator.comparingInt(Place::interval).thenComparingInt(Place::bucket);
  }

  private static List<Double> bounds(TreeSet<Integer> buckets) {
    List<Double> bounds = new ArrayList<>();
    if (buckets.isEmpty()) {
      return bounds;
    }
    if (buckets.first() < 0) {
      bounds.add(-LogBuckets.lowerBound(1 - buckets.first()));
    }
    if (buckets.first() <= 0) {
      bounds.add(0.0);
    }
    Integer least = buckets.higher(0);
    if (least != null) {
      int most = buckets.last();
      int width = Math.ceilDiv(most - least + 1, MAX_BUCKETS);
      int bucket = least;
      for (; bucket <= most; bucket += width) {
        bounds.add(LogBuckets.lowerBound(bucket));
      }
      bounds.add(LogBuckets.lowerBound(bucket));
    } else if (buckets.contains(0)) {
      bounds.add(LogBuckets.LEAST);
    }
    return bounds;
  }

  /** The wide bucket that contains the narrow one. */
  private static int wide(List<Double> bounds, int bucket) {
    int found = Collections.binarySearch(bounds, LogBuckets.estimate(bucket));
    return found >= 0 ? found : -found - 2;
  }
}
