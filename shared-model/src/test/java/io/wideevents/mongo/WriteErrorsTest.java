package io.wideevents.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WriteErrorsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      textBlock =
          """
          Document failed validation | Document failed validation
          Can't extract geo keys: { p: "secret" } geo element must be an array | Can't extract geo keys
          point not in interval of [ -180, 180 ] :: caused by :: { p: "secret" } | point not in interval of [ -180, 180 ]
          language override unsupported: secret | language override unsupported
          The dotted field 'secret' is not valid | The dotted field
          Error=16500, RetryAfterMs=8, Details='secret' | Error=16500, RetryAfterMs=8, Details
          value ('secret') refused | value
          name `secret` refused | name
          cannot index parallel arrays [items] [tags] | cannot index parallel arrays [items] [tags]
          """)
  void withoutContent_endsBeforeTheServerQuotes(String message, String expected) {
    assertThat(WriteErrors.withoutContent(message)).isEqualTo(expected);
  }

  @Test
  void withoutContent_isOneShortLine() {
    assertThat(WriteErrors.withoutContent("first\nsecond")).isEqualTo("first");
    assertThat(WriteErrors.withoutContent("x".repeat(100_000))).hasSizeLessThanOrEqualTo(200);
    assertThat(WriteErrors.withoutContent("")).isEmpty();
    assertThat(WriteErrors.withoutContent("{ secret")).isEmpty();
  }

  @Test
  void lists_areDisjoint() {
    for (int code = 0; code < 100_000; code++) {
      assertThat(WriteErrors.isDocumentError(code) && WriteErrors.isOutage(code))
          .as("error %d", code)
          .isFalse();
    }
  }
}
