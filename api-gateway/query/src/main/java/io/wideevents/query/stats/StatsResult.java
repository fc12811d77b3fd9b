package io.wideevents.query.stats;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The figures that answer a request.
 *
 * @param series the figures of each interval; empty if no series is asked for
 * @param groups in the order of the request, at most its limit
 * @param hasMoreGroups whether the limit left groups out
 * @param heatmap empty if none is asked for
 */
record StatsResult(
    StatsRequest request,
    Totals total,
    List<Totals> series,
    List<Map.Entry<GroupKey, Totals>> groups,
    boolean hasMoreGroups,
    Optional<Heatmap> heatmap) {}
