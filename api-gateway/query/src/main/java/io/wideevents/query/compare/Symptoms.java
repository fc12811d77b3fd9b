package io.wideevents.query.compare;

import java.util.Set;

/**
 * The fields that show how a request ended, not why. They differ in every selection of slow or
 * failed requests and would hide the cause.
 *
 * @param filtered fields of the filters, which differ because the caller chose their values
 */
record Symptoms(Set<String> filtered) {
  private static final Set<String> OBJECTS = Set.of("error", "performance", "_ingest");
  private static final Set<String> NAMES =
      Set.of("_summary", "status", "statusCode", "status_code", "httpStatus", "durationMs");

  boolean contains(String path) {
    int dot = path.indexOf('.');
    String first = dot < 0 ? path : path.substring(0, dot);
    String last = path.substring(path.lastIndexOf('.') + 1);
    return OBJECTS.contains(first) || NAMES.contains(last) || filtered.contains(path);
  }
}
