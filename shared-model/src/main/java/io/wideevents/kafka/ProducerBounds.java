package io.wideevents.kafka;

import java.time.Duration;

/**
 * The bounds of a producer.
 *
 * @param maxBlock how long one {@code send} may block, for metadata or for the buffer
 * @param requestTimeout how long the producer waits for the response to one request
 * @param deliveryTimeout how long a record may take from {@code send} to its acknowledgement; at
 *     least linger plus {@code requestTimeout}, or no producer can be built
 * @param bufferBytes memory for records that are not sent yet
 * @param maxRequestBytes the largest request; a larger record fails at once
 */
public record ProducerBounds(
    Duration maxBlock,
    Duration requestTimeout,
    Duration deliveryTimeout,
    long bufferBytes,
    int maxRequestBytes) {}
