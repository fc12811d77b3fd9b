package io.wideevents.event;

import static io.wideevents.event.TestEvents.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ContentHashTest {

  @Test
  void of_isTheFirstHalfOfSha256() {
    byte[] abc = utf8("abc");

    // FIPS 180-2, appendix B.1
    assertThat(ContentHash.of(abc, 0, 3).toString()).isEqualTo("ba7816bf8f01cfea414140de5dae2223");
  }

  @Test
  void of_hashesTheRangeOnly() {
    assertThat(ContentHash.of(utf8("xxabcxx"), 2, 3)).isEqualTo(ContentHash.of(utf8("abc"), 0, 3));
  }

  @Test
  void of_refusesARangeOutsideAndStaysUsable() {
    assertThatThrownBy(() -> ContentHash.of(utf8("abc"), 2, 5)).isInstanceOf(Exception.class);

    assertThat(ContentHash.of(utf8("abc"), 0, 3).toString()).startsWith("ba7816bf");
  }

  @Test
  void ofParts_mayComputeAnotherHashMeanwhile() {
    byte[] abc = utf8("abc");

    ContentHash hash =
        ContentHash.ofParts(
            parts -> {
              parts.add(abc, 0, 1);
              ContentHash.of(utf8("other"), 0, 5);
              parts.add(abc, 1, 2);
            });

    assertThat(hash).isEqualTo(ContentHash.of(abc, 0, 3));
  }

  @Test
  void of_givesEachThreadItsOwnDigest() {
    byte[] text = utf8("t".repeat(10_000));
    ContentHash expected = ContentHash.of(text, 0, text.length);

    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<ContentHash>> hashes =
          IntStream.range(0, 1_000)
              .mapToObj(i -> threads.submit(() -> ContentHash.of(text, 0, text.length)))
              .toList();
      assertThat(hashes).allSatisfy(hash -> assertThat(hash.get()).isEqualTo(expected));
    }
  }

  @Test
  void parse_readsWhatToStringWrites() {
    ContentHash hash = new ContentHash(0x00FF_0000_0000_0001L, -2);

    assertThat(ContentHash.parse(hash.toString())).isEqualTo(hash);
    assertThat(hash.toBytes()).hasSize(ContentHash.BYTES).startsWith(0, 0xFF).endsWith(0xFE);
  }

  @Test
  void parse_refusesOtherText() {
    assertThatIllegalArgumentException().isThrownBy(() -> ContentHash.parse("ba78"));
    assertThatIllegalArgumentException().isThrownBy(() -> ContentHash.parse("g".repeat(32)));
  }
}
