package io.wideevents.worker.consume;

import io.wideevents.log.LogThrottle;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What {@link TopicWatch} logs. A problem that lasts is logged once. */
final class TopicLog {
  private static final Logger LOG = LoggerFactory.getLogger(TopicWatch.class);

  private final LogThrottle idUnknown = LogThrottle.oncePerFailure();
  private final LogThrottle commitsHeld = LogThrottle.oncePerFailure();
  private String topic = "";

  void topic(String name) {
    topic = name;
  }

  void missing() {
    LOG.atWarn()
        .addKeyValue("topic", topic)
        .log(
            "The topic does not exist. The worker waits for it; records that were not read"
                + " before it was deleted are lost");
  }

  void found(Uuid topicId) {
    LOG.atInfo().addKeyValue("topic", topic).addKeyValue("topicId", topicId).log("Topic found");
  }

  void deletedWithRecords(int records) {
    LOG.atWarn()
        .addKeyValue("topic", topic)
        .addKeyValue("records", records)
        .log("The topic was deleted; records of it that are in memory are still stored");
  }

  void commitsHeld() {
    commitsHeld.show(
        notShown ->
            LOG.atWarn()
                .addKeyValue("topic", topic)
                .log(
                    "No broker has returned the topic's id since partitions were assigned."
                        + " Records are stored, but their offsets are committed only when the id"
                        + " is known. After a restart these records are read again, which stores"
                        + " nothing twice"));
  }

  void idUnknown(String error) {
    idUnknown.show(
        notShown ->
            LOG.atWarn()
                .addKeyValue("topic", topic)
                .addKeyValue("error", error)
                .log(
                    "The topic's id cannot be looked up. Until then, a topic that is deleted and"
                        + " created again is not detected, and its first records may be skipped."
                        + " Grant Describe on the topic"));
  }

  /** Lets the next problem with the topic's id be logged. */
  void idKnown() {
    idUnknown.reset();
    commitsHeld.reset();
  }
}
