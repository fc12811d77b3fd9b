package io.wideevents.toolbox.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.toolbox.load.RequestBody;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SizedEventsTest {
  @Test
  void next_isAnEventOfTheSizeAndHasItsOwnRequestId() {
    SizedEvents events = new SizedEvents(1);
    Set<String> requestIds = new HashSet<>();
    int exact = 0;
    for (int i = 0; i < 500; i++) {
      byte[] event = events.next();
      JsonNode json = JsonMapper.shared().readTree(event);
      requestIds.add(json.path("requestId").asString());
      assertThat(event.length).isBetween(650, 1_300);
      exact += event.length == SizedEvents.BYTES ? 1 : 0;
    }

    assertThat(requestIds).hasSize(500);
    assertThat(exact).isGreaterThan(250);
  }

  @Test
  void lines_hasOneEventALine() {
    List<RequestBody> bodies = new SizedEvents(1).lines(2, 30).toList();

    assertThat(bodies).hasSize(2);
    assertThat(bodies.getFirst().events()).isEqualTo(30);
    assertThat(new String(bodies.getFirst().bytes(), UTF_8).lines()).hasSize(30);
  }
}
