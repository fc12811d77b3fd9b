package io.wideevents.toolbox.fuzz;

import io.wideevents.toolbox.fuzz.FuzzClient.Outcome;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import tools.jackson.core.JacksonException;

/** What a fuzz run has seen. Safe for concurrent use. */
final class FuzzReport {
  private static final int MAX_FAULTS = 50;

  private final Set<Integer> expected;
  private final Map<String, Map<String, Integer>> statuses = new TreeMap<>();
  private final List<String> faults = new ArrayList<>();
  private final Set<UUID> acknowledged = new HashSet<>();
  private int requests;

  /**
   * @param expected every status that may be a reply
   */
  FuzzReport(Set<Integer> expected) {
    this.expected = expected;
  }

  synchronized void add(FuzzRequest request, Outcome outcome) {
    requests++;
    List<String> ends = new ArrayList<>();
    outcome.replies().forEach(reply -> ends.add(Integer.toString(reply.status())));
    if (outcome.replies().isEmpty()) {
      ends.add("no reply");
    }
    for (String end : ends) {
      count("body    " + request.pattern(), end);
      count("packing " + request.packing(), end);
      count("manner  " + request.manner(), end);
    }
    if (outcome.replies().isEmpty() && request.mustBeAnswered()) {
      fault(request, "was not answered: " + outcome.end());
    }
    for (FuzzReply reply : outcome.replies()) {
      // The description says in words that every path takes OPTIONS.
      boolean isOptions = reply.status() == 204 && request.method().equals("OPTIONS");
      if (!isOptions && !expected.contains(reply.status())) {
        fault(request, "was answered with the undocumented status " + reply.status());
      }
      try {
        acknowledged.addAll(reply.acknowledged());
      } catch (JacksonException e) {
        fault(request, "was answered with what is not JSON, status " + reply.status());
      }
    }
  }

  /** The ids of all events that were acknowledged. */
  synchronized Set<UUID> acknowledged() {
    return Set.copyOf(acknowledged);
  }

  /** Requests whose replies break a promise, each with the seed that makes it again. */
  synchronized List<String> faults() {
    return List.copyOf(faults);
  }

  synchronized List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("%d requests, %d events acknowledged".formatted(requests, acknowledged.size()));
    statuses.forEach((kind, counts) -> lines.add("  %-32s %s".formatted(kind, counts)));
    faults.forEach(fault -> lines.add("  FAULT " + fault));
    return lines;
  }

  private void count(String kind, String end) {
    statuses.computeIfAbsent(kind, unused -> new TreeMap<>()).merge(end, 1, Integer::sum);
  }

  private void fault(FuzzRequest request, String what) {
    if (faults.size() < MAX_FAULTS) {
      faults.add(request + " " + what);
    }
  }
}
