package io.wideevents.gateway.http;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;

/** How a posted body is compressed: the {@code Content-Encoding}s taken. */
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
      // A frame may ask for a window of gigabytes, in native memory outside the heap.
      return new ZstdInputStreamNoFinalizer(wire).setLongMax(ZSTD_WINDOW_LOG);
    }
  };

  /** Base-2 logarithm of the largest zstd window taken: 8 MiB, what RFC 8878 asks decoders for. */
  static final int ZSTD_WINDOW_LOG = 23;

  /**
   * A stream of the body's own bytes. Closing it frees native memory and closes {@code wire}.
   *
   * @throws IOException if {@code wire} does not begin as this compression does; reading throws it
   *     for every later damage, a truncated end included
   */
  abstract InputStream inflate(InputStream wire) throws IOException;

  /** The compression named by one content coding, any case; empty for codings not taken. */
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
