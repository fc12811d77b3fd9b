package io.wideevents.toolbox.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.toolbox.sample.SampleTraffic;
import java.util.HashMap;
import java.util.Map;
import org.bson.RawBsonDocument;
import tools.jackson.databind.json.JsonMapper;

/** Holds what is stored against the sample events that were sent, field by field. */
final class StoredSamples {
  private static final JsonMapper MAPPER = JsonMapper.shared();

  private StoredSamples() {}

  /**
   * Fails unless each event is stored once, and nothing else is.
   *
   * @param sent the same traffic again, from its beginning
   */
  static void assertEachStoredOnce(StoredEvents stored, SampleTraffic sent, int count) {
    Map<String, byte[]> missing = new HashMap<>();
    for (int i = 0; i < count; i++) {
      byte[] event = sent.next();
      missing.put(MAPPER.readTree(event).path("requestId").asString(), event);
    }
    assertThat(missing).hasSize(count);
    for (RawBsonDocument document : stored.all()) {
      String requestId = document.getString("requestId").getValue();
      byte[] original = missing.remove(requestId);
      assertThat(original).as("%s, stored once and sent", requestId).isNotNull();
      assertThat(EventComparison.difference(original, document)).as(requestId).isEmpty();
    }
    assertThat(missing.keySet()).isEmpty();
  }
}
