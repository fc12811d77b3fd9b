package io.wideevents.worker.consume;

import io.wideevents.time.Clocks;
import io.wideevents.worker.kafka.ConsumerSource;
import io.wideevents.worker.kafka.TopicIds;
import io.wideevents.worker.metrics.WorkerMetrics;

/** What all consumer sessions of a worker share. */
public record SessionParts(
    ConsumerSource source,
    TopicIds topicIds,
    RecordPath path,
    WorkerMetrics metrics,
    Clocks clocks) {}
