package io.wideevents.event;

/** An event that can be posted to a gateway. */
public interface PostableEvent extends EncodedEvent {
  /**
   * The event as a client posts it: redacted, with its {@code eventId}, and without the fields that
   * the pipeline adds. In a new array; the same bytes at each call.
   */
  byte[] postedJson();
}
