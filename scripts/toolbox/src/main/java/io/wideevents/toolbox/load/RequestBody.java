package io.wideevents.toolbox.load;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;

/**
 * The body of a request and of its retries.
 *
 * @param events number of events in it, at least 1
 * @param contentType of {@code bytes} before compression
 * @param encoding of {@code bytes}; empty for none
 * @param bytes must not change
 */
// The array is not copied. Instances are passed on once and are not compared.
@SuppressWarnings("ArrayRecordComponent")
public record RequestBody(int events, String contentType, Optional<String> encoding, byte[] bytes) {
  public static final String JSON = "application/json";
  public static final String NDJSON = "application/x-ndjson";

  /** A body that is not compressed. */
  public static RequestBody plain(int events, String contentType, byte[] bytes) {
    return new RequestBody(events, contentType, Optional.empty(), bytes);
  }

  /** The same body, compressed with gzip. */
  public RequestBody gzip() {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream(bytes.length / 2);
    try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot compress in memory", e);
    }
    return new RequestBody(events, contentType, Optional.of("gzip"), compressed.toByteArray());
  }
}
