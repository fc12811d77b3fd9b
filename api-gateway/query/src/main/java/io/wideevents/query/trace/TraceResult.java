package io.wideevents.query.trace;

import io.wideevents.event.EventId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Where an event is. Immutable.
 *
 * @param detail what the state means, and what to do
 * @param stored present if the event is stored
 * @param pending present if Kafka was searched
 * @param spool present if the spool was searched
 * @param deadLetter present if the event is in the dead-letter topic
 * @param checked the places that were searched, in order
 * @param unchecked the places that did not answer
 */
public record TraceResult(
    EventId id,
    State state,
    String detail,
    Optional<Stored> stored,
    Optional<Pending> pending,
    Optional<SpoolSearch.Found> spool,
    Optional<DeadLettered> deadLetter,
    List<Place> checked,
    List<Unchecked> unchecked) {
  public TraceResult {
    checked = List.copyOf(checked);
    unchecked = List.copyOf(unchecked);
  }

  /** Where the event is, the strongest first. */
  public enum State {
    STORED,
    DEAD_LETTERED,
    PENDING,
    SPOOLED,
    UNKNOWN
  }

  /** Where an event can be. */
  public enum Place {
    MONGODB("mongodb"),
    SPOOL("spool"),
    KAFKA("kafka"),
    DEAD_LETTERS("dead letters");

    private final String label;

    Place(String label) {
      this.label = label;
    }

    /** The name in a reply. */
    public String label() {
      return label;
    }
  }

  /** A place that could not be searched, and why. */
  public record Unchecked(Place place, String reason) {}

  /**
   * A stored event.
   *
   * @param timestamp when its request ended
   * @param receivedAt when a gateway received it
   * @param tier the tier that took it first
   */
  public record Stored(
      Optional<Instant> timestamp, Optional<Instant> receivedAt, Optional<String> tier) {}

  /**
   * The result of looking for an event among the records that are not stored.
   *
   * @param partition of the event; if it was not found, the partition of the request id; empty if
   *     neither is known
   * @param ahead number of records before the event that are not stored either; empty if the event
   *     was not found
   * @param lag of the partition, or of all partitions
   * @param records how many records were read
   * @param complete whether all records were searched
   */
  public record Pending(
      OptionalInt partition, OptionalLong ahead, long lag, long records, boolean complete) {
    /** Whether the event is among the records. */
    public boolean isFound() {
      return ahead.isPresent();
    }
  }

  /**
   * A dead letter.
   *
   * @param code of the error, such as {@code timestamp_expired}; empty if there is none
   */
  public record DeadLettered(String reason, Optional<String> code, int partition, long offset) {}
}
