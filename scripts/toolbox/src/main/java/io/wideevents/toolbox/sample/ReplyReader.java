package io.wideevents.toolbox.sample;

import java.util.HashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads the gateway's reply to a batch. Safe for concurrent use. */
final class ReplyReader {
  private final JsonMapper mapper = new JsonMapper();

  /**
   * Reads a final reply, which is one that does not ask for a retry.
   *
   * @param events number of sent events
   */
  PostResult read(int status, byte[] body, int events) {
    JsonNode reply;
    try {
      reply = mapper.readTree(body);
    } catch (JacksonException e) {
      return PostResult.allRefused(events, "http_" + status);
    }
    JsonNode entries = reply.path("events");
    if (!entries.isArray()) {
      return PostResult.allRefused(events, reply.path("code").asString("http_" + status));
    }
    Map<String, Integer> accepted = new HashMap<>();
    Map<String, Integer> refused = new HashMap<>();
    for (JsonNode entry : entries) {
      if (entry.has("eventId")) {
        accepted.merge(entry.path("tier").asString("unknown"), 1, Integer::sum);
      } else {
        // From the 101st rejected event on, the reply contains the code alone.
        JsonNode code = entry.path("errors").path(0).path("code");
        refused.merge(code.asString(entry.path("code").asString("unknown")), 1, Integer::sum);
      }
    }
    return new PostResult(accepted, refused, Math.max(0, events - entries.size()));
  }
}
