package io.wideevents.worker.offset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wideevents.kafka.CommitMetadata;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

class PartitionProgressTest {
  private final PartitionProgress progress =
      new PartitionProgress(new TopicPartition("log-events", 0));

  @Test
  void commitReady_isNothingBeforeTheFirstPoll() {
    assertThat(progress.commitReady()).isNull();
  }

  @Test
  void commitReady_isNothingWhileTheFirstRecordIsIncomplete() {
    progress.track(5, Optional.empty(), 0);
    TrackedOffset second = progress.track(6, Optional.empty(), 0);

    second.complete();

    assertThat(progress.commitReady()).isNull();
  }

  @Test
  void commitReady_isTheFirstIncompleteRecord() {
    TrackedOffset first = progress.track(5, Optional.of(3), 0);
    TrackedOffset second = progress.track(6, Optional.of(3), 0);
    progress.track(7, Optional.of(4), 0);

    second.complete();
    first.complete();

    assertThat(progress.commitReady()).isEqualTo(new OffsetAndMetadata(7, Optional.of(3), ""));
  }

  @Test
  void commitReady_stepsOverGaps() {
    TrackedOffset first = progress.track(5, Optional.empty(), 0);
    progress.track(100, Optional.empty(), 0);

    first.complete();

    assertThat(progress.commitReady()).isEqualTo(new OffsetAndMetadata(100));
  }

  @Test
  void commitReady_isThePositionWhenNothingIsPending() {
    TrackedOffset only = progress.track(5, Optional.empty(), 0);
    progress.advanceTo(new OffsetAndMetadata(9)); // 6 to 8 are control records

    only.complete();

    assertThat(progress.commitReady()).isEqualTo(new OffsetAndMetadata(9));
  }

  @Test
  void commitReady_doesNotRepeatWhatIsCommitted() {
    progress.track(5, Optional.empty(), 0).complete();
    progress.committed(new OffsetAndMetadata(6));

    assertThat(progress.commitReady()).isNull();
  }

  @Test
  void commitReady_doesNotRepeatWhereReadingStarted() {
    progress.advanceTo(new OffsetAndMetadata(5));

    assertThat(progress.commitReady()).isNull();
  }

  @Test
  void commitReady_isTheStartWhenTheGroupNeverCommitted() {
    progress.jumpTo(new OffsetAndMetadata(0));

    assertThat(progress.commitReady()).isEqualTo(new OffsetAndMetadata(0));
  }

  @Test
  void jumpTo_waitsForWhatWasReadBefore() {
    TrackedOffset before = progress.track(5, Optional.empty(), 0);
    progress.jumpTo(new OffsetAndMetadata(50));

    assertThat(progress.commitReady()).isNull();
    before.complete();
    assertThat(progress.commitReady()).isEqualTo(new OffsetAndMetadata(50));
  }

  @Test
  void complete_twiceIsOnce() {
    TrackedOffset first = progress.track(5, Optional.empty(), 0);
    progress.track(6, Optional.empty(), 0);

    first.complete();
    first.complete();

    assertThat(progress.incomplete()).isEqualTo(1);
  }

  @Test
  void discard_ignoresLaterCompletions() {
    TrackedOffset first = progress.track(5, Optional.empty(), 0);

    progress.discard();
    first.complete();

    assertThat(first.isDiscarded()).isTrue();
    assertThat(progress.commitReady()).isNull();
    assertThat(progress.incomplete()).isZero();
  }

  @Test
  void commitReady_isNothingUntilTheStartAndTheTopicAreKnown() {
    progress.gate().awaitStart();
    progress.track(5, Optional.empty(), 0).complete();

    assertThat(progress.commitReady()).isNull();
    progress.started(new OffsetAndMetadata(5));
    assertThat(progress.commitReady()).isNull();
    progress.gate().commitWithoutTopicId();
    assertThat(progress.commitReady()).isEqualTo(new OffsetAndMetadata(6));
  }

  @Test
  void commitReady_repeatsACommittedOffsetThatLacksTheTopicsId() {
    Uuid topicId = Uuid.randomUuid();
    OffsetAndMetadata withId = new OffsetAndMetadata(5, Optional.of(3), CommitMetadata.of(topicId));
    progress.started(new OffsetAndMetadata(5, Optional.of(3), ""));
    assertThat(progress.commitReady()).isNull();

    progress.gate().topicId(topicId);

    assertThat(progress.commitReady()).isEqualTo(withId);
    progress.committed(withId);
    assertThat(progress.commitReady()).isNull();
  }

  @Test
  void commitReady_ofARecordAtTheCommittedOffsetCarriesTheCommittedLeaderEpoch() {
    progress.started(new OffsetAndMetadata(5, Optional.of(3), ""));

    progress.track(5, Optional.of(4), 0);

    assertThat(progress.firstIncomplete()).contains(new OffsetAndMetadata(5, Optional.of(3), ""));
  }

  @Test
  void started_afterAPollDoesNotMoveThePosition() {
    progress.gate().awaitStart();
    progress.track(7, Optional.of(3), 0);

    progress.started(new OffsetAndMetadata(5));

    assertThat(progress.position()).contains(new OffsetAndMetadata(8, Optional.of(3), ""));
    assertThat(progress.firstIncomplete()).map(OffsetAndMetadata::offset).contains(7L);
  }

  @Test
  void track_acceptsARecordBelowTheCommittedOffset() {
    // Given a committed offset above the consumer's position
    progress.started(new OffsetAndMetadata(5));

    TrackedOffset record = progress.track(3, Optional.empty(), 0);
    record.complete();

    // Then nothing is committed until the position is above the committed offset
    assertThat(progress.commitReady()).isNull();
    progress.advanceTo(new OffsetAndMetadata(6));
    assertThat(progress.commitReady()).isEqualTo(new OffsetAndMetadata(6));
  }

  @Test
  void commitReady_afterAGapCarriesTheLeaderEpochBehindIt() {
    // Given a gap in which leader epoch 3 may have ended
    TrackedOffset first = progress.track(5, Optional.of(3), 0);
    progress.track(9, Optional.of(4), 0);

    first.complete();

    assertThat(progress.commitReady()).isEqualTo(new OffsetAndMetadata(9, Optional.of(4), ""));
  }

  @Test
  void discard_leavesNothingToCommit() {
    // Given a record that is not complete, below the position
    progress.track(5, Optional.empty(), 0);
    progress.advanceTo(new OffsetAndMetadata(9));

    progress.discard();

    assertThat(progress.commitReady()).isNull();
    assertThat(progress.firstIncomplete()).isEmpty();
    assertThat(progress.position()).isEmpty();
  }

  @Test
  void complete_keepsNothingOfARecordBehindAnIncompleteOne() {
    progress.track(0, Optional.of(1), 0);
    List<WeakReference<TrackedOffset>> completed = new ArrayList<>();
    for (int offset = 1; offset <= 1_000; offset++) {
      TrackedOffset record = progress.track(offset, Optional.of(1), 0);
      record.complete();
      completed.add(new WeakReference<>(record));
    }

    System.gc();

    assertThat(completed.stream().filter(record -> record.get() != null).count())
        .isLessThanOrEqualTo(1);
    assertThat(progress.incomplete()).isEqualTo(1);
  }

  @Test
  void track_refusesToGoBackWithinAnEpoch() {
    progress.track(5, Optional.empty(), 0).complete();

    assertThatThrownBy(() -> progress.track(5, Optional.empty(), 0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("log-events-0");
  }

  @Test
  void oldestTimestamp_isThatOfTheFirstIncompleteRecord() {
    TrackedOffset first = progress.track(5, Optional.empty(), 1_000);
    progress.track(6, Optional.empty(), 2_000);

    first.complete();

    assertThat(progress.oldestTimestampMillis()).isEqualTo(2_000);
  }
}
