package io.wideevents.mongo.batch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BatchSizeTest {
  private final BatchSize size = new BatchSize(3, 100);

  @Test
  void fits_isFalseBeyondTheEventsOrTheBytes() {
    assertThat(size.fits(2, 60, 40)).isTrue();
    assertThat(size.fits(3, 60, 1)).isFalse();
    assertThat(size.fits(2, 60, 41)).isFalse();
  }

  @Test
  void fits_isTrueForTheFirstEventWhateverItsSize() {
    assertThat(size.fits(0, 0, 101)).isTrue();
  }
}
