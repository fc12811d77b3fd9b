package io.wideevents.worker.kafka;

/**
 * One way in which a topic is not as the settings say.
 *
 * @param blocks whether events are lost or refused because of it; else it is only worth knowing
 * @param message what is found and what should be
 * @param fix what to do about it
 */
public record TopicDifference(boolean blocks, String message, String fix) {}
