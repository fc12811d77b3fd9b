package io.wideevents.query.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.wideevents.query.QueryException;
import io.wideevents.query.TimeRange;
import java.time.Instant;
import java.util.Base64;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SearchCursorTest {
  private static final SearchCursor CURSOR =
      new SearchCursor(
          new TimeRange(
              Instant.parse("2026-11-30T10:00:00Z"), Instant.parse("2026-11-30T11:00:00.123Z")),
          SearchOrder.ASC,
          Instant.parse("2026-11-30T10:30:00.123Z").toEpochMilli(),
          UUID.fromString("0192f0c1-2b4d-4f6e-9a1b-2c3d4e5f6071"));

  @Test
  void decode_readsWhatEncodedWrote() {
    assertThat(SearchCursor.decode(CURSOR.encoded())).isEqualTo(CURSOR);
    assertThat(CURSOR.encoded()).matches("[A-Za-z0-9_-]+");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "{}", "AQAA", "AQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "\u00e9"})
  void decode_rejectsOtherText(String text) {
    assertRejected(text);
  }

  @Test
  void decode_rejectsOrAcceptsAnyBytes_andThrowsNothingElse() {
    Random random = new Random(5);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = Base64.getUrlDecoder().decode(CURSOR.encoded());
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      String text = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
      try {
        assertThat(SearchCursor.decode(text).encoded()).isEqualTo(text);
      } catch (QueryException e) {
        assertThat(e.code()).isEqualTo("cursor_invalid");
      }
    }
  }

  @Test
  void decode_rejectsATimeOutsideTheRange() {
    long end = CURSOR.range().to().toEpochMilli();

    assertRejected(new SearchCursor(CURSOR.range(), CURSOR.order(), end, CURSOR.id()).encoded());
  }

  @Test
  void decode_rejectsLongerText() {
    assertRejected(CURSOR.encoded() + "AAAA");
  }

  private static void assertRejected(String text) {
    assertThatExceptionOfType(QueryException.class)
        .isThrownBy(() -> SearchCursor.decode(text))
        .satisfies(problem -> assertThat(problem.code()).isEqualTo("cursor_invalid"));
  }
}
