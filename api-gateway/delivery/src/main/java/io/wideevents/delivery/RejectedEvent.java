package io.wideevents.delivery;

import io.wideevents.event.DeadLetterReason;

/**
 * An event that the gateway rejected when it was posted, for the dead-letter topic.
 *
 * @param text the event, or its beginning; not copied, and must not change
 * @param bytes length of the whole event; more than {@code text} has if only the beginning is known
 * @param error what is wrong, without any of the content
 * @param client name of the API key; empty without a key
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record RejectedEvent(
    byte[] text, int bytes, DeadLetterReason reason, String error, String client) {}
