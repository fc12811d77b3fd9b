package io.wideevents.toolbox.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LedgerTest {
  private final Ledger ledger = new Ledger();

  @Test
  void post_numbersEventsInTheOrderOfTheStream() {
    assertThat(ledger.post(3)).isZero();
    assertThat(ledger.post(1)).isEqualTo(3);
    assertThat(ledger.posted()).isEqualTo(4);
  }

  @Test
  void acknowledge_countsAnEventOnceHoweverOftenItIsAnswered() {
    // Given
    ledger.post(3);

    // When
    ledger.acknowledge(2);
    ledger.acknowledge(2);

    // Then
    assertThat(ledger.acknowledged()).isEqualTo(1);
    assertThat(ledger.isAcknowledged(2)).isTrue();
    assertThat(ledger.isAcknowledged(1)).isFalse();
  }

  @Test
  void acknowledge_refusesWhatWasNotPosted() {
    ledger.post(3);

    assertThatThrownBy(() -> ledger.acknowledge(3)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void repeatedEvent_staysAcknowledgedWhateverTheSecondOutcome() {
    // Given
    ledger.post(2);
    ledger.acknowledge(0);
    ledger.acknowledge(1);
    // When
    ledger.refuse(0);
    ledger.giveUp(1);
    // Then
    assertThat(ledger.acknowledged()).isEqualTo(2);
    assertThat(ledger.refused()).isZero();
    assertThat(ledger.givenUp()).isZero();
  }

  @Test
  void outcomes_addUpToWhatWasPosted() {
    // Given
    ledger.post(6);

    // When
    ledger.acknowledge(0);
    ledger.acknowledge(5);
    ledger.refuse(1);
    ledger.giveUp(2);
    ledger.giveUp(3);
    ledger.giveUp(4);

    // Then
    assertThat(ledger.acknowledged() + ledger.refused() + ledger.givenUp())
        .isEqualTo(ledger.posted());
  }
}
