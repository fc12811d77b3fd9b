package io.wideevents.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.wideevents.codec.BodyFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class BodyShapeTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "application/json | JSON",
        "Application/JSON; charset=UTF-8 | JSON",
        "application/json;charset=\"utf-8\" | JSON",
        "application/json; profile=x | JSON",
        "application/x-ndjson | NDJSON",
        "application/ndjson | NDJSON",
        "application/jsonl; charset=us-ascii | NDJSON",
        "application/x-jsonlines | NDJSON",
      })
  void of_readsTheMediaType(String contentType, BodyFormat format) {
    assertThat(BodyShape.of(contentType, List.of()))
        .isEqualTo(new BodyShape(format, Compression.IDENTITY, Optional.empty()));
  }

  @ParameterizedTest
  @NullAndEmptySource
  @ValueSource(strings = {"text/plain", "application/xml", "json", "application/json+x"})
  void of_refusesOtherMediaTypes(String contentType) {
    Problem problem = refusal(contentType, List.of());

    assertThat(problem.status()).isEqualTo(415);
    assertThat(problem.code()).isEqualTo("unsupported_media_type");
    assertThat(problem.fix()).contains("application/json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"iso-8859-1", "utf-16", "\"utf-16le\""})
  void of_refusesOtherCharsets(String charset) {
    assertThat(refusal("application/json; charset=" + charset, List.of()).code())
        .isEqualTo("unsupported_charset");
  }

  @ParameterizedTest
  @CsvSource({"gzip,GZIP", "GZip,GZIP", "x-gzip,GZIP", "zstd,ZSTD", "identity,IDENTITY"})
  void of_readsTheEncoding(String encoding, Compression compression) {
    assertThat(BodyShape.of("application/json", List.of(encoding)).compression())
        .isEqualTo(compression);
  }

  @Test
  void of_readsIdentityBesideAnotherEncodingAsNothing() {
    assertThat(BodyShape.of("application/json", List.of("identity, gzip")).compression())
        .isEqualTo(Compression.GZIP);
  }

  @ParameterizedTest
  @ValueSource(strings = {"br", "deflate", "compress", "gzip br"})
  void of_refusesOtherEncodings(String encoding) {
    assertThat(refusal("application/json", List.of(encoding)).code())
        .isEqualTo("unsupported_content_encoding");
  }

  @Test
  void of_refusesStackedEncodings() {
    assertThat(refusal("application/json", List.of("gzip, zstd")).code())
        .isEqualTo("stacked_content_encoding");
    assertThat(refusal("application/json", List.of("gzip", "gzip")).code())
        .isEqualTo("stacked_content_encoding");
  }

  private static Problem refusal(String contentType, List<String> encodings) {
    return catchThrowableOfType(ProblemException.class, () -> BodyShape.of(contentType, encodings))
        .problem();
  }
}
