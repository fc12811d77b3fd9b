package io.wideevents.worker.kafka;

/**
 * A difference between a topic and the settings.
 *
 * @param blocks whether the difference causes events to be lost or rejected; otherwise it is a
 *     warning
 * @param message the actual and the expected value
 * @param fix what the operator should do
 */
public record TopicDifference(boolean blocks, String message, String fix) {}
