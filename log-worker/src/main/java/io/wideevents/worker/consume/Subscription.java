package io.wideevents.worker.consume;

/** The topic that a worker reads, and its consumer group. */
public record Subscription(String topic, String group) {}
