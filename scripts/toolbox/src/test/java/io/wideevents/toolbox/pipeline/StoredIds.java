package io.wideevents.toolbox.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Holds the promise against what is stored: everything acknowledged, and nothing twice. */
final class StoredIds {
  private static final Duration POLL_INTERVAL = Duration.ofSeconds(1);

  private StoredIds() {}

  /** Waits until every event is stored, and fails if one is not in time or is stored twice. */
  static void awaitAll(StoredEvents stored, Set<String> acknowledged, Duration atMost) {
    // Counting costs little; reading all ids of a large collection each second does not.
    await().atMost(atMost).until(stored::count, count -> count >= acknowledged.size());
    await()
        .atMost(atMost)
        .pollInterval(POLL_INTERVAL)
        .untilAsserted(() -> assertThat(missing(stored, acknowledged)).isEmpty());
    List<String> ids = requestIds(stored);
    // Not with AssertJ's own: comparing long lists takes the square of their length.
    assertThat(new HashSet<>(ids).size()).as("events stored, each once").isEqualTo(ids.size());
  }

  private static Set<String> missing(StoredEvents stored, Set<String> acknowledged) {
    Set<String> missing = new HashSet<>(acknowledged);
    requestIds(stored).forEach(missing::remove);
    return missing;
  }

  private static List<String> requestIds(StoredEvents stored) {
    return stored.all("requestId").stream()
        .map(document -> document.getString("requestId").getValue())
        .toList();
  }
}
