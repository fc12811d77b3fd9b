package io.wideevents.toolbox.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ClientLedgerTest {
  private final ClientLedger ledger = new ClientLedger();

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
  void fates_addUpToWhatWasPosted() {
    // Given
    ledger.post(6);

    // When
    ledger.acknowledge(0);
    ledger.acknowledge(5);
    ledger.refuse(1);
    ledger.giveUp(3);

    // Then
    assertThat(ledger.acknowledged() + ledger.refused() + ledger.givenUp())
        .isEqualTo(ledger.posted());
  }
}
