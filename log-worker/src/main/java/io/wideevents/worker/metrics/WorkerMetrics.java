package io.wideevents.worker.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.wideevents.event.DeadLetterPart;
import io.wideevents.event.DeadLetterReason;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * The worker's counters. A polled record is counted as consumed, and later by one of the other
 * counters: consumed = stored + duplicate + dead-lettered + handed back + in flight. Alert on
 * records lost to retention, and on dead letters of any reason.
 *
 * <p>Safe for concurrent use.
 */
public final class WorkerMetrics {
  // The timer cannot take longer durations. A producer that writes microseconds instead of
  // milliseconds is thousands of years off.
  private static final Duration LONGEST = Duration.ofDays(366);

  private final Counter consumed;
  private final Counter stored;
  private final Counter duplicates;
  private final Counter released;
  private final Counter redacted;
  private final Counter lostToRetention;
  private final Counter topicRecreations;
  private final Counter lostToTopicDeletion;
  private final Counter commits;
  private final Counter failedCommits;
  private final Counter rebalances;
  private final Counter failedPolls;
  private final Map<DeadLetterReason, Counter> deadLetters = new EnumMap<>(DeadLetterReason.class);
  private final Map<DeadLetterPart, Counter> deadLettersCut = new EnumMap<>(DeadLetterPart.class);
  private final Timer flush;
  private final Timer eventToStored;
  private final DistributionSummary batchSize;

  public WorkerMetrics(MeterRegistry registry) {
    consumed = counter(registry, "consumed", "Records polled from the topic");
    stored = counter(registry, "stored", "Events this worker put into MongoDB");
    duplicates = counter(registry, "duplicate", "Events that were in MongoDB already");
    redacted = counter(registry, "redacted", "Values of other producers replaced by [REDACTED]");
    released =
        counter(
            registry,
            "handed_back",
            "Pending records released with a revoked partition; its next owner reads them again");
    lostToRetention =
        counter(
            registry,
            "lost_to_retention",
            "Records the topic's retention deleted before the group had read them");
    topicRecreations =
        counter(
            registry,
            "topic_recreations",
            "Partitions read from the start because their topic was deleted and created again");
    lostToTopicDeletion =
        counter(
            registry,
            "lost_to_topic_deletion",
            "Records of a deleted topic that were not stored, as far as their number is known");
    commits = counter(registry, "commits", "Successful offset commits");
    failedCommits = counter(registry, "commit_failures", "Offset commits that failed");
    rebalances = counter(registry, "rebalances", "Changes of the assigned partitions");
    failedPolls =
        counter(registry, "poll_failures", "Polls that failed; none of their records is lost");
    for (DeadLetterReason reason : DeadLetterReason.values()) {
      deadLetters.put(
          reason,
          Counter.builder("wide_events.dead_lettered")
              .description("Records sent to the dead-letter topic")
              .tag("reason", reason.label())
              .register(registry));
    }
    for (DeadLetterPart part : DeadLetterPart.values()) {
      deadLettersCut.put(
          part,
          Counter.builder("wide_events.dead_letters_cut")
              .description("Dead letters that lack a part of their record")
              .tag("part", part.label())
              .register(registry));
    }
    flush =
        Timer.builder("wide_events.flush")
            .description("From the start of a write to MongoDB until its answer")
            .publishPercentileHistogram()
            .minimumExpectedValue(Duration.ofMillis(1))
            .maximumExpectedValue(Duration.ofSeconds(30))
            .register(registry);
    eventToStored =
        Timer.builder("wide_events.event_to_stored")
            .description("From the pipeline's first sight of an event until it is in MongoDB")
            .publishPercentileHistogram()
            .minimumExpectedValue(Duration.ofMillis(1))
            .maximumExpectedValue(Duration.ofMinutes(10))
            .register(registry);
    batchSize =
        DistributionSummary.builder("wide_events.batch_size")
            .description("Records that one write stored or rejected")
            .serviceLevelObjectives(1, 10, 50, 100, 200, 500, 1_000, 2_000, 5_000)
            .register(registry);
  }

  public void consumed(int records) {
    consumed.increment(records);
  }

  /**
   * Counts an event that was stored.
   *
   * @param sinceReceived time since the pipeline received the event; any value, because it comes
   *     from the record
   */
  public void stored(Duration sinceReceived) {
    stored.increment();
    if (!sinceReceived.isNegative()) {
      eventToStored.record(sinceReceived.compareTo(LONGEST) < 0 ? sinceReceived : LONGEST);
    }
  }

  /**
   * Counts the values that decoding redacted in one record. A record that is read again counts
   * again.
   */
  public void redacted(int values) {
    redacted.increment(values);
  }

  public void duplicate() {
    duplicates.increment();
  }

  public void deadLettered(DeadLetterReason reason) {
    Objects.requireNonNull(deadLetters.get(reason)).increment();
  }

  /** Counts a part of a record that a dead letter lacks. */
  public void deadLetterCut(DeadLetterPart part) {
    Objects.requireNonNull(deadLettersCut.get(part)).increment();
  }

  public void released() {
    released.increment();
  }

  /** Records what one write completed, and how long it took. */
  public void batchCompleted(int records, Duration took) {
    batchSize.record(records);
    flush.record(took);
  }

  public void lostToRetention(long records) {
    lostToRetention.increment((double) records);
  }

  /** Records lost to retention since the process started. */
  public long lostToRetention() {
    return (long) lostToRetention.count();
  }

  /**
   * Counts a partition of a topic that was deleted and created again.
   *
   * @param unread records of the deleted topic known to be unread
   */
  public void topicRecreated(long unread) {
    topicRecreations.increment();
    lostToTopicDeletion.increment((double) unread);
  }

  /** Counts records of a deleted topic that were read but not stored before the worker ended. */
  public void lostToTopicDeletion(long records) {
    lostToTopicDeletion.increment((double) records);
  }

  public void committed() {
    commits.increment();
  }

  public void commitFailed() {
    failedCommits.increment();
  }

  public void pollFailed() {
    failedPolls.increment();
  }

  public void rebalanced() {
    rebalances.increment();
  }

  private static Counter counter(MeterRegistry registry, String name, String description) {
    return Counter.builder("wide_events." + name).description(description).register(registry);
  }
}
