package io.wideevents.kafka;

import io.wideevents.event.DeadLetterFormat;
import io.wideevents.event.EventId;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where the record of a dead letter comes from. */
public sealed interface DeadLetterOrigin {
  /** The dead-letter headers that name the origin, in order. */
  Map<String, String> headers();

  /** The fields that name the origin in a stub and in a log line, in order: texts and numbers. */
  Map<String, Object> members();

  /** A record of a topic. */
  record Topic(String topic, int partition, long offset) implements DeadLetterOrigin {
    @Override
    public Map<String, String> headers() {
      Map<String, String> headers = new LinkedHashMap<>();
      headers.put(DeadLetterFormat.SOURCE_TOPIC, topic);
      headers.put(DeadLetterFormat.SOURCE_PARTITION, Integer.toString(partition));
      headers.put(DeadLetterFormat.SOURCE_OFFSET, Long.toString(offset));
      return headers;
    }

    @Override
    public Map<String, Object> members() {
      Map<String, Object> members = new LinkedHashMap<>();
      members.put("topic", topic);
      members.put("partition", partition);
      members.put("offset", offset);
      return members;
    }
  }

  /** An event of a gateway's spool, which never was in a topic. */
  record Spool(EventId eventId) implements DeadLetterOrigin {
    @Override
    public Map<String, String> headers() {
      return Map.of(DeadLetterFormat.ORIGIN, DeadLetterFormat.SPOOL);
    }

    @Override
    public Map<String, Object> members() {
      Map<String, Object> members = new LinkedHashMap<>();
      members.put("origin", DeadLetterFormat.SPOOL);
      members.put("eventId", eventId);
      return members;
    }
  }

  /**
   * An event that a gateway rejected when it was posted.
   *
   * @param client name of the API key; empty without a key
   */
  record Gateway(String client) implements DeadLetterOrigin {
    @Override
    public Map<String, String> headers() {
      Map<String, String> headers = new LinkedHashMap<>();
      headers.put(DeadLetterFormat.ORIGIN, DeadLetterFormat.GATEWAY);
      headers.put(DeadLetterFormat.CLIENT, client);
      return headers;
    }

    @Override
    public Map<String, Object> members() {
      Map<String, Object> members = new LinkedHashMap<>();
      members.put("origin", DeadLetterFormat.GATEWAY);
      members.put("client", client);
      return members;
    }
  }
}
