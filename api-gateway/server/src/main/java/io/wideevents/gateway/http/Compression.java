package io.wideevents.gateway.http;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;

/** The supported {@code Content-Encoding}s of a posted body. */
enum Compression {
  IDENTITY {
    @Override
    InputStream inflate(InputStream wire) {
      return wire;
    }
  },

  GZIP {
    @Override
    InputStream inflate(InputStream wire) throws IOException {
      return GzipHeads.inflate(wire);
    }
  },

  ZSTD {
    @Override
    InputStream inflate(InputStream wire) throws IOException {
      // A frame may request a window of gigabytes in native memory, outside the heap.
      return new ZstdInputStreamNoFinalizer(wire).setLongMax(ZSTD_WINDOW_LOG);
    }
  };

  /**
   * Base-2 logarithm of the largest zstd window that is accepted: 8 MiB, which RFC 8878 recommends
   * for decoders.
   */
  static final int ZSTD_WINDOW_LOG = 23;

  /**
   * Returns a stream of the decompressed bytes. Closing it frees native memory and closes {@code
   * wire}.
   *
   * @throws IOException if the first bytes of {@code wire} are not of this format; a read throws it
   *     for damage that is found later and for a truncated body
   */
  abstract InputStream inflate(InputStream wire) throws IOException;

  /**
   * Returns the compression of a content coding, in any case of letters; empty if the coding is not
   * supported.
   */
  static Optional<Compression> named(String coding) {
    return switch (coding.strip().toLowerCase(Locale.ROOT)) {
      case "", "identity" -> Optional.of(IDENTITY);
      // RFC 9110, section 8.4.1.3: x-gzip is the same as gzip.
      case "gzip", "x-gzip" -> Optional.of(GZIP);
      case "zstd" -> Optional.of(ZSTD);
      default -> Optional.empty();
    };
  }
}
