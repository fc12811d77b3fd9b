package io.wideevents.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/** The body of a request: a JSON array of events, compressed with gzip. */
final class EventBody {
  private EventBody() {}

  static byte[] of(List<byte[]> events) {
    int bytes = events.stream().mapToInt(event -> event.length).sum();
    ByteArrayOutputStream body = new ByteArrayOutputStream(bytes / 4 + 64);
    try (FastGzip gzip = new FastGzip(body)) {
      gzip.write('[');
      for (int i = 0; i < events.size(); i++) {
        if (i > 0) {
          gzip.write(',');
        }
        gzip.write(events.get(i));
      }
      gzip.write(']');
    } catch (IOException e) {
      throw new UncheckedIOException("A stream in memory failed", e);
    }
    return body.toByteArray();
  }

  /** The fastest level: the service's processors are needed for its requests. */
  private static final class FastGzip extends GZIPOutputStream {
    private static final int BUFFER_BYTES = 8192;

    FastGzip(ByteArrayOutputStream body) throws IOException {
      super(body, BUFFER_BYTES);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
