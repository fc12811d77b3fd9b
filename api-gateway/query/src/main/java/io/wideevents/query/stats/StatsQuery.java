package io.wideevents.query.stats;

import io.wideevents.query.store.EventStore;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;

/**
 * Answers one request for statistics. Reads the events once for the total and the series, and once
 * for the groups. Each further field with percentiles and each field with distinct values needs one
 * more reading.
 */
public final class StatsQuery {
  private StatsQuery() {}

  /**
   * Computes the figures. Blocks for the time of the queries.
   *
   * @throws io.wideevents.query.QueryException 422 {@code too_many_groups}, or a failure of the
   *     store
   */
  public static StatsResult run(StatsRequest request, EventStore.Reads reads) {
    EventPasses passes = new EventPasses(reads, request);
    GroupQuery groups = new GroupQuery(request, passes);
    if (!request.groupBy().isEmpty()) {
      groups.run();
    }
    Totals total = new Totals();
    List<Totals> series =
        Stream.generate(Totals::new)
            .limit(request.intervals().map(Intervals::count).orElse(0))
            .toList();
    Optional<Heatmap> heatmap = Optional.empty();
    if (series.isEmpty() && groups.sum().isPresent()) {
      total = groups.sum().get();
    } else {
      heatmap = readTotalAndSeries(request, passes, total, series);
    }
    List<Map.Entry<GroupKey, Totals>> top = groups.top();
    return new StatsResult(request, total, series, top, groups.found() > top.size(), heatmap);
  }

  private static Optional<Heatmap> readTotalAndSeries(
      StatsRequest request, EventPasses passes, Totals total, List<Totals> series) {
    Optional<String> heatmapPath = request.heatmap().map(field -> field.path());
    Set<String> bucketed = new LinkedHashSet<>(request.paths(Function::isPercentile));
    heatmapPath.ifPresent(bucketed::add);
    Optional<Heatmap> heatmap = Optional.empty();
    List<Pass> covering =
        Pass.covering(
            List.of(), request.intervals(), bucketed, request.paths(Function::isOfNumbers));
    for (Pass pass : covering) {
      List<BsonDocument> cells = passes.cells(pass);
      for (BsonDocument cell : cells) {
        for (Totals totals : totalsOf(pass, cell, total, series)) {
          if (pass.equals(covering.getFirst())) {
            totals.add(pass, cell);
          } else {
            totals.addBucket(pass, cell);
          }
        }
      }
      if (heatmapPath.isPresent() && pass.bucketed().equals(heatmapPath)) {
        heatmap = Optional.of(Heatmap.of(pass, cells));
      }
    }
    request
        .paths(Function.DISTINCT::equals)
        .forEach(path -> readDistinct(passes, request, path, total, series));
    return heatmap;
  }

  private static void readDistinct(
      EventPasses passes, StatsRequest request, String path, Totals total, List<Totals> series) {
    BsonValue key =
        request.intervals().<BsonValue>map(Expressions::interval).orElse(new BsonInt32(0));
    BsonDocument found = passes.distinct(path, key, new BsonDocument());
    for (BsonValue all : found.getArray("all")) {
      total.addDistinct(path, count(all));
    }
    if (!series.isEmpty()) {
      for (BsonValue each : found.getArray("each")) {
        int interval = each.asDocument().getNumber("_id").intValue();
        series.get(interval).addDistinct(path, count(each));
      }
    }
  }

  private static long count(BsonValue result) {
    return result.asDocument().getNumber("n").longValue();
  }

  private static List<Totals> totalsOf(
      Pass pass, BsonDocument cell, Totals total, List<Totals> series) {
    return series.isEmpty() ? List.of(total) : List.of(total, series.get(pass.interval(cell)));
  }
}
