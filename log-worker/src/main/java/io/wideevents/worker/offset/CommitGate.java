package io.wideevents.worker.offset;

import io.wideevents.kafka.CommitMetadata;
import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether an offset of a partition may be committed during one assignment epoch.
 *
 * <p>Two facts delay a commit until they are known. The first is the offset that the group had
 * committed when the assignment began. A commit could replace the id of a deleted topic, which is
 * the only evidence that the committed offset belongs to another log. The second is the topic's id,
 * for offsets above 0. Such an offset without an id would be trusted in another topic of the same
 * name.
 *
 * <p>Not thread-safe: belongs to the polling thread.
 */
public final class CommitGate {
  private boolean startKnown = true;
  private boolean topicAwaited;
  private Optional<Integer> startLeaderEpoch = Optional.empty();
  private Uuid topicId = Uuid.ZERO_UUID;
  private String metadata = "";
  private long committedOffset = -1;
  private Uuid committedTopicId = Uuid.ZERO_UUID;

  CommitGate() {}

  /**
   * Requires that the start and the topic's id are known. Before {@link PartitionProgress#started}
   * is called, nothing is committed. After that, only offset 0 is committed until the topic's id is
   * known.
   */
  public void awaitStart() {
    startKnown = false;
    topicAwaited = true;
  }

  /** Whether {@link PartitionProgress#started} was called or is not needed. */
  public boolean isStartKnown() {
    return startKnown;
  }

  /** Whether offsets above 0 are not committed because the topic's id is not known yet. */
  public boolean isTopicAwaited() {
    return topicAwaited;
  }

  /** Allows commits without the topic's id, because the id cannot be known. */
  public void commitWithoutTopicId() {
    topicAwaited = false;
  }

  /** The leader epoch that was committed when the assignment began. */
  public Optional<Integer> startLeaderEpoch() {
    return startLeaderEpoch;
  }

  /**
   * The id of the topic that this assignment epoch reads; {@link Uuid#ZERO_UUID} while it is not
   * known.
   */
  public Uuid topicId() {
    return topicId;
  }

  /**
   * Sets the id of the topic that this assignment epoch reads. Each later commit carries the id.
   */
  public void topicId(Uuid id) {
    topicId = id;
    metadata = CommitMetadata.of(id);
    topicAwaited &= id.equals(Uuid.ZERO_UUID);
  }

  /** Whether the offset may be committed, and is not committed with the topic's id already. */
  boolean allows(long offset) {
    if (!startKnown || (topicAwaited && offset > 0)) {
      return false;
    }
    return offset > committedOffset || (offset == committedOffset && lacksTopicId());
  }

  /** The metadata text of the next commit. */
  String metadata() {
    return metadata;
  }

  /** Takes the topic's id and the leader epoch from what the group had committed. */
  void started(@Nullable OffsetAndMetadata committed) {
    startKnown = true;
    if (committed != null) {
      startLeaderEpoch = committed.leaderEpoch();
      topicId(CommitMetadata.topicId(committed.metadata()));
      committedTopicId = topicId;
    }
  }

  /** Reports the offset at which reading starts. Committing this offset would change nothing. */
  void readingStartsAt(long offset) {
    if (committedOffset < 0) {
      committedOffset = offset;
    }
  }

  void committed(OffsetAndMetadata committed) {
    committedOffset = Math.max(committedOffset, committed.offset());
    committedTopicId = CommitMetadata.topicId(committed.metadata());
  }

  /** The gate of the next assignment epoch after a move back: same topic, nothing committed yet. */
  CommitGate successor() {
    CommitGate next = new CommitGate();
    next.startKnown = startKnown;
    next.topicAwaited = topicAwaited;
    next.topicId(topicId);
    next.committedTopicId = committedTopicId;
    return next;
  }

  private boolean lacksTopicId() {
    return !topicId.equals(Uuid.ZERO_UUID) && !topicId.equals(committedTopicId);
  }
}
