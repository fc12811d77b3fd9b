package io.wideevents.worker.consume;

import io.wideevents.worker.metrics.WorkerMetrics;
import io.wideevents.worker.offset.Assignment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Records in memory whose log was deleted or truncated, so that no owner can read them again. */
final class LastCopies {
  private static final Logger LOG = LoggerFactory.getLogger(LastCopies.class);

  private LastCopies() {}

  /** Discards, counts and logs the last copies that are not stored. Call this at the end. */
  static void reportLost(Assignment assignment, WorkerMetrics metrics) {
    int records = assignment.discardLastCopies();
    if (records > 0) {
      metrics.lostToTopicDeletion(records);
      LOG.atError()
          .addKeyValue("records", records)
          .log(
              "Records of a log that was deleted or truncated were read but not stored before the"
                  + " worker ended: they are lost");
    }
  }
}
