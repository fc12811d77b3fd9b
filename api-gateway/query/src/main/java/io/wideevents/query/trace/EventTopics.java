package io.wideevents.query.trace;

import io.wideevents.event.EventId;
import io.wideevents.kafka.GroupLag;
import io.wideevents.query.trace.TraceResult.DeadLettered;
import io.wideevents.query.trace.TraceResult.Pending;
import java.util.Optional;

/**
 * The two topics, as the query side reads them. Methods block for some seconds at most, and throw a
 * {@link org.apache.kafka.common.KafkaException} if Kafka does not answer.
 */
interface EventTopics {
  /**
   * Looks for an event among the records that the workers have not stored yet.
   *
   * @param requestId the key of the event's record, if known; its partition is searched first
   */
  Pending pending(EventId id, Optional<String> requestId);

  /** Looks for an event among the dead letters, the newest first. */
  DeadLetters deadLetters(EventId id);

  /** The lag of the workers. */
  GroupLag lag();

  /** Number of records in the dead-letter topic. */
  long deadLetterCount();

  /**
   * The result of looking for an event among the dead letters.
   *
   * @param records how many records were read
   * @param complete whether all dead letters were searched
   */
  record DeadLetters(Optional<DeadLettered> found, long records, boolean complete) {}
}
