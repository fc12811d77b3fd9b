package io.wideevents.mongo.batch;

import static io.wideevents.mongo.batch.SuspectedPoison.MOST_AT_ONCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EventDocument;
import io.wideevents.event.StubEvent;
import io.wideevents.mongo.DocumentWriteException;
import io.wideevents.mongo.WriteOutcome;
import io.wideevents.time.VirtualTime;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SuspectedPoisonTest {
  private static final int CODE = 424242;
  private static final int FAILURES = PoisonEvidence.FAILURES;
  private static final Duration APART = Duration.ofSeconds(30);

  private final VirtualTime time = new VirtualTime();
  private final SuspectedPoison suspected =
      new SuspectedPoison(SuspectedPoison.MEMORY, time.nanoClock());
  private long stored;

  @Test
  void resolve_isolatesADocumentThatFails() {
    // When
    fail(0, 1);

    // Then
    assertThat(suspected.isIsolated(document(0))).isTrue();
    assertThat(suspected.isIsolated(document(2))).isFalse();
  }

  @Test
  void resolve_provesADocumentPoisonThatFailsAloneForMinutesWhileOthersAreStored() {
    // Given
    failAlone(0, FAILURES - 1);

    // When
    List<WriteOutcome> outcomes = fail(0);

    // Then
    assertThat(outcomes)
        .singleElement()
        .isInstanceOfSatisfying(
            WriteOutcome.Poison.class,
            poison -> {
              assertThat(poison.reason().label()).isEqualTo("refused_by_database");
              assertThat(poison.text()).contains("alone 6 times", "server error 424242: unlisted");
            });
  }

  @Test
  void resolve_needsNoSecondProofForACopyOfAProvenDocument() {
    // Given
    failAlone(0, FAILURES);

    // When
    List<WriteOutcome> outcomes = fail(0, 1);

    // Then
    assertThat(suspected.isIsolated(document(0))).isFalse();
    assertThat(outcomes.get(0)).isInstanceOf(WriteOutcome.Poison.class);
    assertThat(outcomes.get(1)).isInstanceOf(WriteOutcome.NotConfirmed.class);
  }

  @Test
  void resolve_remembersAProofWhileCopiesFail() {
    // Given copies over a time in which an unused proof is forgotten
    failAlone(0, FAILURES);
    for (int copy = 0; copy < 3; copy++) {
      time.advance(SuspectedPoison.MEMORY.dividedBy(2));
      assertThat(isPoison(fail(0))).isTrue();
    }

    // When no copy fails for that time
    time.advance(SuspectedPoison.MEMORY);

    // Then
    assertThat(isPoison(fail(0))).isFalse();
  }

  @Test
  void resolve_needsAnotherProofForAnotherCode() {
    // Given
    failAlone(0, FAILURES);

    // When
    List<WriteOutcome> outcomes = failWith(CODE + 1, 0);

    // Then
    assertThat(isPoison(outcomes)).isFalse();
  }

  @Test
  void resolve_discardsTheProofOfADocumentThatIsStored() {
    // Given
    failAlone(0, FAILURES);

    // When
    store(0);

    // Then
    assertThat(isPoison(fail(0))).isFalse();
  }

  @Test
  void resolve_provesNothingForADocumentThatFailsAmongOthers() {
    for (int attempt = 0; attempt < 20; attempt++) {
      // When
      List<WriteOutcome> outcomes = fail(0, 1);

      // Then
      assertThat(outcomes).hasOnlyElementsOfType(WriteOutcome.NotConfirmed.class);
      time.advance(APART);
    }
  }

  @Test
  void resolve_countsNoFailureThatTheServerCauses() {
    // Given
    WriteOutcome outage =
        new WriteOutcome.NotConfirmed(false, new DocumentWriteException(10107, "not primary"));

    // When
    List<WriteOutcome> outcomes =
        suspected.resolve(List.of(document(0)), List.of(outage), stored++);

    // Then
    assertThat(outcomes).containsExactly(outage);
    assertThat(suspected.isIsolated(document(0))).isFalse();
  }

  @Test
  void resolve_suspendsIsolationWhileTooManyFail() {
    // Given one document that is nearly proven poison
    failAlone(0, FAILURES - 1);

    // When more documents fail than may be suspected
    fail(IntStream.rangeClosed(1, MOST_AT_ONCE).toArray());

    // Then none is isolated, and the proof starts over
    assertThat(suspected.isSuspended()).isTrue();
    assertThat(suspected.isIsolated(document(0))).isFalse();
    assertThat(isPoison(fail(0))).isFalse();
    store(1);
    time.advance(SuspectedPoison.SUSPENSION);
    assertThat(suspected.isSuspended()).isFalse();
    assertThat(suspected.isIsolated(document(0))).isTrue();
    assertThat(isPoison(fail(0))).isFalse();
  }

  @Test
  void resolve_suspendsIsolationUntilFewDocumentsAreSuspected() {
    // Given
    fail(IntStream.rangeClosed(0, MOST_AT_ONCE).toArray());

    // When none of them fails for more than the suspension, because all wait for their next write
    time.advance(SuspectedPoison.SUSPENSION.multipliedBy(3));

    // Then
    store(100);
    assertThat(suspected.isSuspended()).isTrue();
    store(0);
    assertThat(suspected.isSuspended()).isFalse();
  }

  @Test
  void resolve_rejectsNoCopyOfAProvenDocumentWhileIsolationIsSuspended() {
    // Given
    failAlone(0, FAILURES);
    fail(IntStream.rangeClosed(1, MOST_AT_ONCE + 1).toArray());

    // When
    List<WriteOutcome> outcomes = fail(0);

    // Then
    assertThat(isPoison(outcomes)).isFalse();
  }

  @Test
  void resolve_prolongsTheSuspensionWithEachFailureOverTheLimit() {
    // Given
    fail(IntStream.rangeClosed(0, MOST_AT_ONCE).toArray());
    time.advance(SuspectedPoison.SUSPENSION.dividedBy(2));

    // When
    fail(100);

    // Then
    time.advance(SuspectedPoison.SUSPENSION.dividedBy(2));
    assertThat(suspected.isSuspended()).isTrue();
  }

  @Test
  void forget_releasesCapacityForAnother() {
    // Given
    fail(IntStream.range(0, MOST_AT_ONCE).toArray());

    // When
    suspected.forget(document(0));

    // Then
    fail(100);
    assertThat(suspected.isIsolated(document(1))).isTrue();
    assertThat(suspected.isIsolated(document(100))).isTrue();
  }

  @Test
  void resolve_forgetsTheDocumentThatHasNotFailedForLongest() {
    // Given
    fail(IntStream.range(0, MOST_AT_ONCE).toArray());
    time.advance(SuspectedPoison.MEMORY);

    // When
    fail(100);

    // Then
    assertThat(suspected.isIsolated(document(0))).isFalse();
    assertThat(suspected.isIsolated(document(100))).isTrue();
  }

  @Test
  void resolve_keepsTheEvidenceWhateverOtherContentWithTheSameIdDoes() {
    // Given a client that sends other content under the id of a poison document all the time
    UUID chosen = UUID.fromString("8e5a0d3f-5f0c-4d3a-9a57-3a2d1c0b4e6f");
    EventDocument poison = StubEvent.withId(chosen, "poison").document();
    EventDocument other = StubEvent.withId(chosen, "other").document();

    for (int attempt = 1; attempt < FAILURES; attempt++) {
      assertThat(isPoison(failWith(CODE, List.of(poison)))).isFalse();
      suspected.resolve(List.of(other), List.of(new WriteOutcome.Conflict()), stored++);
      time.advance(APART);
    }

    // When
    List<WriteOutcome> outcomes = failWith(CODE, List.of(poison));

    // Then
    assertThat(isPoison(outcomes)).isTrue();
  }

  @Test
  void resolve_needsAnotherProofForOtherContentWithTheSameId() {
    // Given
    UUID chosen = UUID.fromString("8e5a0d3f-5f0c-4d3a-9a57-3a2d1c0b4e6f");
    EventDocument poison = StubEvent.withId(chosen, "poison").document();
    for (int attempt = 0; attempt < FAILURES; attempt++) {
      failWith(CODE, List.of(poison));
      time.advance(APART);
    }

    // When
    List<WriteOutcome> outcomes =
        failWith(CODE, List.of(StubEvent.withId(chosen, "other").document()));

    // Then
    assertThat(isPoison(outcomes)).isFalse();
  }

  /** Fails alone several times, while other documents are stored in between. */
  private void failAlone(int event, int times) {
    for (int attempt = 0; attempt < times; attempt++) {
      fail(event);
      time.advance(APART);
    }
  }

  private void store(int event) {
    suspected.resolve(List.of(document(event)), List.of(new WriteOutcome.Stored()), stored++);
  }

  private List<WriteOutcome> fail(int... events) {
    return failWith(CODE, events);
  }

  private List<WriteOutcome> failWith(int code, int... events) {
    return failWith(code, IntStream.of(events).mapToObj(SuspectedPoisonTest::document).toList());
  }

  private List<WriteOutcome> failWith(int code, List<EventDocument> documents) {
    WriteOutcome failed =
        new WriteOutcome.NotConfirmed(true, new DocumentWriteException(code, "unlisted"));
    return suspected.resolve(documents, Collections.nCopies(documents.size(), failed), stored++);
  }

  private static boolean isPoison(List<WriteOutcome> outcomes) {
    return outcomes.getFirst() instanceof WriteOutcome.Poison;
  }

  private static EventDocument document(int event) {
    return StubEvent.numbered(event).document();
  }
}
