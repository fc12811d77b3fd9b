package io.wideevents.worker.consume;

import io.wideevents.worker.batch.BatchPipeline;
import io.wideevents.worker.batch.CompletionQueue;
import io.wideevents.worker.batch.RecordIntake;

/**
 * The path of a polled record: it is decoded, then written or dead-lettered, and its outcome
 * returns to the polling thread.
 */
public record RecordPath(
    RecordIntake intake, BatchPipeline pipeline, CompletionQueue completions) {}
