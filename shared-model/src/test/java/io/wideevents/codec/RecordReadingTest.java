package io.wideevents.codec;

import static io.wideevents.event.TestEvents.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordReadingTest {
  private static final int KEPT_BYTES = 1 << 16;
  private static final int KEPT_NAMES = 1_024;

  private final RecordReading.Scratch scratch = RecordReading.SCRATCH.get();

  // The heap may be too small for anything else beside the memory of a large record.
  @ParameterizedTest
  @ValueSource(strings = {"\"half\":\"\\ud800\"}", "\"end\":", "\"end\":1} 2"})
  void of_keepsNoMemoryOfALargeRecordThatIsPoison(String end) {
    RecordReading reading =
        RecordReading.of(
            utf8("{\"items\":[" + "1,".repeat(100_000) + "1]," + end), EventRules.ACCEPTED);

    assertThat(reading instanceof RecordReading.Walked walked && walked.pass().problems().isEmpty())
        .isFalse();
    assertThat(scratch.document().capacity()).isLessThanOrEqualTo(KEPT_BYTES);
  }

  @Test
  void of_keepsNoNamesOfALargeRecord() {
    StringBuilder json = new StringBuilder("{");
    for (int i = 0; i < 10_000; i++) {
      json.append("\"name").append(i).append("\":1,");
    }
    json.append("\"last\":1}");

    RecordReading.of(utf8(json.toString()), EventRules.ACCEPTED);

    assertThat(scratch.pass().names().slots()).isLessThanOrEqualTo(KEPT_NAMES);
  }
}
