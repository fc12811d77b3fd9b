package io.wideevents.toolbox.load;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The meaning of a gateway's answer for a client. */
public sealed interface Reply {
  /**
   * The statuses after which the same bytes may be posted again. With 408 the gateway has timed out
   * the body and rejected no event.
   */
  Set<Integer> RETRY_STATUSES = Set.of(408, 429, 503);

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

  /** The event is durable. */
  record Durable(String eventId, String tier) implements Entry {}

  /** The event was rejected, and would be rejected again. */
  record Refused(String code) implements Entry {}

  /**
   * Reads the gateway's answer to a request.
   *
   * @param events number of posted events
   */
  static Reply read(int status, byte[] body, int events) {
    if (RETRY_STATUSES.contains(status)) {
      return new Later();
    }
    JsonNode reply;
    try {
      reply = JsonMapper.shared().readTree(body);
    } catch (JacksonException e) {
      return all(events, "http_" + status);
    }
    JsonNode entries = reply.path("events");
    if (entries.size() != events) {
      return all(events, reply.path("code").asString("http_" + status));
    }
    boolean accepts = status / 100 == 2;
    List<Entry> outcomes = new ArrayList<>(events);
    for (JsonNode entry : entries) {
      outcomes.add(
          accepts && entry.has("eventId")
              ? new Durable(entry.path("eventId").asString(), entry.path("tier").asString("none"))
              : new Refused(code(entry)));
    }
    return new Final(outcomes);
  }

  // From the 101st rejected event on, the reply contains the code alone.
  private static String code(JsonNode entry) {
    JsonNode first = entry.path("errors").path(0).path("code");
    return first.asString(entry.path("code").asString("none"));
  }

  private static Reply all(int events, String code) {
    return new Final(Collections.nCopies(events, new Refused(code)));
  }
}
