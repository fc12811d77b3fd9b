package io.wideevents.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class GroupLagTest {
  @Test
  void lag_isWhatIsNotCommitted() {
    assertThat(partition(10, OptionalLong.of(30), 100).lag()).isEqualTo(70);
    assertThat(partition(10, OptionalLong.of(5), 100).lag()).isEqualTo(90);
    assertThat(partition(10, OptionalLong.empty(), 100).lag()).isEqualTo(90);
  }

  @Test
  void lag_ofALogThatWasCutOffIsAllOfItAndHidesNoOther() {
    GroupLag.PartitionLag cutOff = partition(10, OptionalLong.of(1_000), 100);
    GroupLag lag = new GroupLag("Stable", 1, List.of(cutOff, partition(0, OptionalLong.of(0), 50)));

    assertThat(cutOff.lag()).isEqualTo(90);
    assertThat(lag.total()).isEqualTo(140);
  }

  @Test
  void lag_ofATopicThatWasCreatedAgainIsAllOfIt() {
    GroupLag.PartitionLag other = new GroupLag.PartitionLag(0, 10, OptionalLong.of(40), 100, true);
    GroupLag lag = new GroupLag("Stable", 1, List.of(other));

    assertThat(other.lag()).isEqualTo(90);
    assertThat(other.lost()).isEqualTo(10);
    assertThat(lag.recreated()).isTrue();
  }

  private static GroupLag.PartitionLag partition(long start, OptionalLong committed, long end) {
    return new GroupLag.PartitionLag(0, start, committed, end, false);
  }
}
