package io.wideevents.toolbox.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wideevents.event.DeadLetterFormat;
import io.wideevents.event.EventId;
import io.wideevents.event.WireFormat;
import io.wideevents.toolbox.pipeline.TopicView;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * The content of the dead-letter topic.
 *
 * @param ids of the events in it
 * @param recordsByReason all its records, including those without an event id
 */
record DeadLetters(Set<UUID> ids, SortedMap<String, Long> recordsByReason) {
  DeadLetters {
    ids = Set.copyOf(ids);
    recordsByReason = new TreeMap<>(recordsByReason);
  }

  /** Reads the topic to its end. */
  static DeadLetters read(TopicView topic) {
    Set<UUID> ids = new HashSet<>();
    SortedMap<String, Long> reasons = new TreeMap<>();
    for (ConsumerRecord<byte[], byte[]> letter : topic.all()) {
      reasons.merge(header(letter, DeadLetterFormat.REASON).orElse("none"), 1L, Long::sum);
      header(letter, WireFormat.EVENT_ID_HEADER)
          .ifPresent(id -> ids.add(EventId.parse(id).value()));
    }
    return new DeadLetters(ids, reasons);
  }

  private static Optional<String> header(ConsumerRecord<byte[], byte[]> letter, String name) {
    Header header = letter.headers().lastHeader(name);
    return Optional.ofNullable(header).map(found -> new String(found.value(), UTF_8));
  }
}
