package io.wideevents.event;

import java.util.HexFormat;
import java.util.UUID;

/**
 * The identity of an event: {@code _id} in MongoDB, the {@code event-id} header in Kafka, {@code
 * eventId} in JSON. Writing an id twice stores one document, so every retry of the pipeline is
 * harmless. Immutable.
 *
 * @param value a UUID of any version, neither nil nor max
 */
public record EventId(UUID value) implements Comparable<EventId> {
  private static final UUID NIL = new UUID(0, 0);
  private static final UUID MAX = new UUID(-1, -1);
  private static final long TIMESTAMP_MASK = 0xFFFF_FFFF_FFFFL;
  private static final long VERSION_8 = 0x8000L;
  private static final long VARIANT_RFC_9562 = 0x8000_0000_0000_0000L;

  public EventId {
    if (value.equals(NIL) || value.equals(MAX)) {
      throw new IllegalArgumentException("The nil and the max UUID identify nothing");
    }
  }

  /**
   * The id of an event without one: a UUIDv8 (RFC 9562, section 5.8) of the low 48 bits of the
   * timestamp followed by the first 74 bits of the hash. The same bytes give the same id. Ids grow
   * with time, which keeps inserts at the right edge of the index. An id that a client sends may
   * have version 8 only if it is the one derived here: other content under a derived id would
   * prevent the event to which the id belongs from being stored.
   *
   * @param timestampMillis the event's timestamp in milliseconds since the epoch
   */
  public static EventId derive(long timestampMillis, ContentHash hash) {
    long first12 = hash.high() >>> 52;
    long next62 = (hash.high() << 12 | hash.low() >>> 52) >>> 2;
    return new EventId(
        new UUID(
            (timestampMillis & TIMESTAMP_MASK) << 16 | VERSION_8 | first12,
            VARIANT_RFC_9562 | next62));
  }

  /**
   * Reads the canonical form of 36 characters, hex digits of either case.
   *
   * @throws IllegalArgumentException if the text has another form, or is the nil or the max UUID
   */
  public static EventId parse(String text) {
    if (text.length() != 36) {
      throw new IllegalArgumentException("A UUID has 36 characters, not " + text.length());
    }
    // UUID.fromString also accepts misplaced hyphens and pads with zeros. The result would be
    // another spelling of the same id, which other readers would reject.
    for (int i = 0; i < text.length(); i++) {
      boolean isHyphen = i == 8 || i == 13 || i == 18 || i == 23;
      if (isHyphen ? text.charAt(i) != '-' : !HexFormat.isHexDigit(text.charAt(i))) {
        throw new IllegalArgumentException("A UUID has its hyphens after 8, 12, 16 and 20 digits");
      }
    }
    return new EventId(UUID.fromString(text));
  }

  /** Whether this is a UUID of version 8, as derived ids are. */
  public boolean hasDerivedForm() {
    return value.version() == 8;
  }

  /**
   * The order of {@link UUID}. Clients choose ids and can choose thousands with the same hash code.
   * Hash tables of comparable keys sort such ids into a tree instead of comparing each with all
   * others.
   */
  @Override
  public int compareTo(EventId other) {
    return value.compareTo(other.value);
  }

  /** The canonical form: 36 characters, lower case. */
  @Override
  public String toString() {
    return value.toString();
  }
}
