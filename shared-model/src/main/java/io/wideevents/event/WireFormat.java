package io.wideevents.event;

/**
 * The headers of our Kafka records. Tools may drop headers, so nothing depends on them; they only
 * save a consumer from parsing the value.
 */
public final class WireFormat {
  /** {@code application/json}; the value's media type. */
  public static final String CONTENT_TYPE_HEADER = "content-type";

  public static final String JSON_CONTENT_TYPE = "application/json";

  /** The event's id in canonical text; the value contains the same id. */
  public static final String EVENT_ID_HEADER = "event-id";

  /** Version of the value's schema, in decimal digits. */
  public static final String SCHEMA_HEADER = "schema";

  /** The schema written, and the highest one read. */
  public static final int SCHEMA_VERSION = 1;

  private WireFormat() {}
}
