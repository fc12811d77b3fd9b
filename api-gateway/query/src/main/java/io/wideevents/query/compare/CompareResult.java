package io.wideevents.query.compare;

import java.util.List;

/**
 * What differs.
 *
 * @param fields possible causes, the most different first
 * @param symptoms fields that show how a request ended, and fields of the filters
 */
public record CompareResult(
    Size selection, Size baseline, List<RankedField> fields, List<RankedField> symptoms) {

  /**
   * The size of one side.
   *
   * @param events matching events; an estimate if there are more than a sample needs
   * @param sampled events that were compared
   */
  public record Size(long events, int sampled) {}
}
