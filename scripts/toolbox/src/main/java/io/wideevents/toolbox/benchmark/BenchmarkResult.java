package io.wideevents.toolbox.benchmark;

import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** The result of a benchmark, as text and as JSON. */
interface BenchmarkResult {
  List<String> lines();

  ObjectNode json();
}
