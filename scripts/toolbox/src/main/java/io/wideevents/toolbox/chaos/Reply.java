package io.wideevents.toolbox.chaos;

import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The meaning of a gateway's answer for a client. */
sealed interface Reply {
  /** Post the same bytes again later. */
  record Later() implements Reply {}

  /** A final answer, with one entry for each posted event, in order. */
  record Final(List<Entry> entries) implements Reply {
    public Final {
      entries = List.copyOf(entries);
    }
  }

  /** The outcome of one event. */
  sealed interface Entry {}

  record Durable(String eventId, String tier) implements Entry {}

  record Refused(String code) implements Entry {}

  JsonMapper MAPPER = new JsonMapper();

  /**
   * Reads the gateway's reply to a request.
   *
   * @param events number of posted events
   */
  static Reply read(int status, byte[] body, int events) {
    return switch (status) {
      // 408: when the machine paused, the gateway timed out the body. No event was rejected.
      case 408, 429, 503 -> new Later();
      case 202, 207 -> entries(status, body, events);
      // Every posted event is valid, so any other status violates the protocol. A retry would hide
      // that.
      default -> all(events, "http_" + status);
    };
  }

  private static Reply entries(int status, byte[] body, int events) {
    JsonNode reply;
    try {
      reply = MAPPER.readTree(body);
    } catch (JacksonException e) {
      return all(events, "http_%d_without_json".formatted(status));
    }
    JsonNode entries = reply.path("events");
    if (entries.size() != events) {
      return all(events, "http_%d_with_other_entries".formatted(status));
    }
    List<Entry> fates = new ArrayList<>(events);
    for (JsonNode entry : entries) {
      fates.add(
          entry.has("eventId")
              ? new Durable(entry.path("eventId").asString(), entry.path("tier").asString("none"))
              : new Refused(entry.path("errors").path(0).path("code").asString("none")));
    }
    return new Final(fates);
  }

  private static Reply all(int events, String code) {
    List<Entry> fates = new ArrayList<>(events);
    for (int i = 0; i < events; i++) {
      fates.add(new Refused(code));
    }
    return new Final(fates);
  }
}
