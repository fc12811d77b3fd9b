package io.wideevents.worker.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.wideevents.kafka.partition.Stretch;
import java.nio.ByteBuffer;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class PollBudgetTest {
  private static final String TOPIC = "log-events";

  private final PollBudget budget = new PollBudget(1_000, 5_000);
  private final Headers headers = new RecordHeaders();

  @Test
  void deserialize_failsOnceThePollHasReturnedEnough() {
    budget.begin();
    value(600);
    value(600);

    assertThatThrownBy(() -> value(1)).isInstanceOf(SerializationException.class);

    // The record that failed is deserialized again in the next poll.
    budget.begin();
    assertThat(value(1)).hasSize(1);
  }

  @Test
  void deserialize_passesARecordOfAnySizeWhenItIsTheFirst() {
    budget.begin();

    assertThat(key(2_000)).hasSize(2_000);
    assertThat(value(4_000)).hasSize(4_000);
    assertThat(catchThrowable(() -> key(1))).isInstanceOf(SerializationException.class);
  }

  @Test
  void deserialize_countsHeaders() {
    headers.add("trace", new byte[1_500]);
    budget.begin();
    value(1);

    assertThatThrownBy(() -> value(1)).isInstanceOf(SerializationException.class);
  }

  @Test
  void deserialize_countsTheMemoryOfHeadersWithoutBytes() {
    for (int i = 0; i < 20; i++) {
      headers.add("", null);
    }
    budget.begin();
    value(1);

    assertThatThrownBy(() -> value(1)).isInstanceOf(SerializationException.class);
  }

  @Test
  void deserialize_cutsWhatIsTooLargeToBeKeptAndLeavesItsSizeReadable() {
    PollBudget large = new PollBudget(1_000, 100_000);
    ByteBuffer data = ByteBuffer.allocate(100_001);
    large.begin();

    byte[] cut = large.values().deserialize(TOPIC, headers, data);

    assertThat(cut).hasSize(Stretch.HEAD_BYTES);
    assertThat(data.remaining()).isEqualTo(100_001);
  }

  @Test
  void deserialize_copiesTheBytes() {
    ByteBuffer data = ByteBuffer.wrap("xvaluex".getBytes(UTF_8)).position(1).limit(6);
    budget.begin();

    assertThat(budget.values().deserialize(TOPIC, headers, data)).asString().isEqualTo("value");
  }

  private byte[] key(int size) {
    return budget.keys().deserialize(TOPIC, headers, ByteBuffer.allocate(size));
  }

  private byte[] value(int size) {
    return budget.values().deserialize(TOPIC, headers, ByteBuffer.allocate(size));
  }
}
