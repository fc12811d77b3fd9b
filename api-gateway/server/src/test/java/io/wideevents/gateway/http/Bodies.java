package io.wideevents.gateway.http;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;

/** Compressed bodies, as clients make them. */
final class Bodies {
  private Bodies() {}

  static byte[] gzip(byte[] plain) {
    return through(plain, GZIPOutputStream::new);
  }

  /** With the name of a file in its head. */
  static byte[] gzipNamed(String file, byte[] plain) {
    GzipParameters parameters = new GzipParameters();
    parameters.setFileName(file);
    return through(plain, out -> new GzipCompressorOutputStream(out, parameters));
  }

  static byte[] zstd(byte[] plain) {
    return Zstd.compress(plain);
  }

  /** A frame that needs a window of {@code 1 << windowLog} bytes to read. */
  static byte[] zstdWithWindow(byte[] plain, int windowLog) {
    return through(
        plain, out -> new ZstdOutputStreamNoFinalizer(out).setLong(windowLog).setLevel(1));
  }

  static byte[] concatenated(byte[]... parts) {
    var all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private static byte[] through(byte[] plain, Compressor compressor) {
    var bytes = new ByteArrayOutputStream();
    try (OutputStream out = compressor.over(bytes)) {
      out.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private interface Compressor {
    OutputStream over(OutputStream out) throws IOException;
  }
}
