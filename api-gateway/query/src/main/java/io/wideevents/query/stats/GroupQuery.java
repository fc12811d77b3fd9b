package io.wideevents.query.stats;

import io.wideevents.query.QueryException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * Reads the figures of the groups of one request. If the first events show few groups, one pass
 * reads everything. Otherwise a first pass finds the groups, without percentiles, and further
 * passes read the percentiles of the groups that the reply shows.
 */
final class GroupQuery {
  /** Limit of the groups that are compared in this process. */
  private static final int MAX_GROUPS = 10_000;

  /** Limit of the groups whose buckets or distinct values are read. */
  private static final int MAX_DETAILED = 400;

  /** Groups among the first events from which on the largest groups are found first. */
  private static final int FEW_GROUPS = 100;

  private static final int PROBED_EVENTS = 2_000;

  private final StatsRequest request;
  private final EventPasses passes;
  private final List<String> paths;
  private final List<String> percentiles;
  private final List<String> distinct;
  private final Map<GroupKey, Totals> groups = new HashMap<>();
  private final Totals sum = new Totals();
  private boolean isSumComplete;

  GroupQuery(StatsRequest request, EventPasses passes) {
    this.request = request;
    this.passes = passes;
    this.paths = request.groupPaths();
    this.percentiles = request.paths(Function::isPercentile);
    this.distinct = request.paths(Function.DISTINCT::equals);
  }

  /**
   * Blocks for the time of the queries.
   *
   * @throws QueryException 422 {@code too_many_groups}, or a failure of the store
   */
  void run() {
    if (!percentiles.isEmpty() && hasFewGroups()) {
      readAll();
    } else {
      readLargest();
      readDetails();
    }
  }

  /** Number of groups that were found, at most 10 000. */
  int found() {
    return groups.size();
  }

  /** The groups of the reply, in its order. */
  List<Map.Entry<GroupKey, Totals>> top() {
    return groups.entrySet().stream()
        .sorted(request.order().comparator())
        .limit(request.limit())
        .toList();
  }

  /** The figures of all events, if the groups give all that the request asks for. */
  Optional<Totals> sum() {
    return isSumComplete && distinct.isEmpty() ? Optional.of(sum) : Optional.empty();
  }

  private boolean hasFewGroups() {
    return passes.groupsOfFirst(PROBED_EVENTS, paths, FEW_GROUPS) < FEW_GROUPS;
  }

  private void readAll() {
    List<Pass> covering = covering();
    for (Pass pass : covering) {
      for (BsonDocument cell : passes.cells(pass)) {
        Totals group = groups.computeIfAbsent(pass.group(cell), key -> new Totals());
        for (Totals totals : List.of(group, sum)) {
          if (pass.equals(covering.getFirst())) {
            totals.add(pass, cell);
          } else {
            totals.addBucket(pass, cell);
          }
        }
      }
    }
    isSumComplete = true;
    if (!distinct.isEmpty() && !groups.isEmpty()) {
      Set<GroupKey> detailed = detailed();
      distinct.forEach(path -> readDistinct(path, detailed));
    }
  }

  private void readLargest() {
    Pass pass =
        new Pass(paths, Optional.empty(), Optional.empty(), request.paths(Function::isOfNumbers));
    List<BsonDocument> found = passes.largestGroups(pass, MAX_GROUPS + 1);
    boolean isCut = found.size() > MAX_GROUPS;
    if (isCut && !request.order().isMostEventsFirst()) {
      throw EventPasses.tooMany(
          "The query has more than %d groups, which is the limit of this order"
              .formatted(MAX_GROUPS));
    }
    for (BsonDocument group : found) {
      Totals totals = new Totals();
      groups.put(pass.group(group), totals);
      for (BsonValue cell : group.getArray("cells")) {
        totals.add(pass, cell.asDocument());
        sum.add(pass, cell.asDocument());
      }
    }
    isSumComplete = !isCut && percentiles.isEmpty();
  }

  private void readDetails() {
    if (groups.isEmpty() || (percentiles.isEmpty() && distinct.isEmpty())) {
      return;
    }
    Set<GroupKey> detailed = detailed();
    BsonDocument condition = condition(detailed);
    for (String path : percentiles) {
      Pass pass = new Pass(paths, Optional.empty(), Optional.of(path), List.of());
      for (BsonDocument cell : passes.cells(pass, condition)) {
        // The condition may match events of other groups.
        GroupKey key = pass.group(cell);
        Totals group = groups.get(key);
        if (group != null && detailed.contains(key)) {
          group.addBucket(pass, cell);
        }
      }
    }
    distinct.forEach(path -> readDistinct(path, detailed));
  }

  /** The groups of which the request needs percentiles or distinct values. */
  private Set<GroupKey> detailed() {
    if (!request.order().needsDetails()) {
      return top().stream().map(Map.Entry::getKey).collect(Collectors.toSet());
    }
    if (groups.size() > MAX_DETAILED) {
      throw EventPasses.tooMany(
          "The query has more than %d groups, which is the limit of an order by %s"
              .formatted(MAX_DETAILED, request.order().by().name()));
    }
    return new HashSet<>(groups.keySet());
  }

  private void readDistinct(String path, Set<GroupKey> detailed) {
    BsonDocument found = passes.distinct(path, Pass.groupKey(paths), condition(detailed));
    for (BsonValue each : found.getArray("each")) {
      Totals group = groups.get(Pass.groupOf(each.asDocument(), paths.size()));
      if (group != null) {
        group.addDistinct(path, each.asDocument().getNumber("n").longValue());
      }
    }
  }

  private List<Pass> covering() {
    return Pass.covering(
        paths, Optional.empty(), percentiles, request.paths(Function::isOfNumbers));
  }

  /**
   * Matches the events of these groups, and perhaps of others. An equality with null matches a
   * missing field too, like the key of a group. Other types than {@link GroupKey#isScalar} allows
   * are compared with the key itself.
   */
  private BsonDocument condition(Set<GroupKey> keys) {
    if (!keys.stream().allMatch(GroupKey::isScalar)) {
      List<BsonDocument> literals = new ArrayList<>();
      keys.forEach(key -> literals.add(key.literal()));
      return new BsonDocument(
          "$expr",
          Expressions.of(
              "$in", Pass.groupKey(paths), new BsonDocument("$literal", new BsonArray(literals))));
    }
    if (paths.size() == 1) {
      List<BsonValue> values = keys.stream().map(key -> key.values().getFirst()).toList();
      return new BsonDocument(paths.getFirst(), new BsonDocument("$in", new BsonArray(values)));
    }
    return new BsonDocument("$or", new BsonArray(keys.stream().map(this::equalities).toList()));
  }

  private BsonDocument equalities(GroupKey key) {
    BsonDocument equalities = new BsonDocument();
    for (int g = 0; g < paths.size(); g++) {
      equalities.append(paths.get(g), key.values().get(g));
    }
    return equalities;
  }
}
