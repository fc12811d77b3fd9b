package io.wideevents.codec;

import java.util.ArrayList;
import java.util.List;

/** The number of one event's replaced values, and the paths of the first of them. */
final class RedactedPaths {
  private final List<String> paths = new ArrayList<>(0);
  private int length;
  private int values;

  /**
   * @param here its parser is at the replaced value or at its name
   */
  void add(EventProblems here) {
    values++;
    if (paths.size() < Ingest.MAX_REDACTED_PATHS && length < Ingest.MAX_REDACTED_LENGTH) {
      String path = here.path();
      length += path.length();
      paths.add(path);
    }
  }

  /** The number of values that were replaced, whole or in part. */
  int values() {
    return values;
  }

  List<String> paths() {
    return paths;
  }
}
