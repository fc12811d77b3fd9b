package io.wideevents.toolbox.chaos;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;

/**
 * Packs the events of a stream into bodies of every kind that the gateway accepts: one event, an
 * array or NDJSON; plain, gzip or zstd. Not safe for concurrent use.
 */
final class RequestSource {
  private static final int MOST_IN_ARRAY = 12;
  private static final int MOST_LINES = 40;
  private static final int ONE_IN_LONG = 50;
  private static final int LONG_LINES = 500;

  private final EventStream events;
  private final Random random;

  RequestSource(EventStream events, Random random) {
    this.events = events;
    this.random = random;
  }

  /** The next body; its events follow those of the previous body. */
  RequestBody next() {
    return switch (random.nextInt(10)) {
      case 0, 1 -> many(2 + random.nextInt(MOST_IN_ARRAY - 1), "[", ",", "]", "application/json");
      case 2, 3 -> many(lines(), "", "\n", "\n", "application/x-ndjson");
      default -> many(1, "", "", "", "application/json");
    };
  }

  private int lines() {
    return random.nextInt(ONE_IN_LONG) == 0 ? LONG_LINES : 1 + random.nextInt(MOST_LINES);
  }

  private RequestBody many(
      int count, String begin, String separator, String end, String contentType) {
    ByteArrayOutputStream text = new ByteArrayOutputStream(count * 800);
    List<UUID> ids = new ArrayList<>(count);
    writeAscii(text, begin);
    for (int i = 0; i < count; i++) {
      if (i > 0) {
        writeAscii(text, separator);
      }
      PostedEvent event = events.next();
      ids.add(event.id());
      text.writeBytes(event.json());
    }
    writeAscii(text, end);
    byte[] plain = text.toByteArray();
    return switch (random.nextInt(4)) {
      case 0 -> new RequestBody(ids, contentType, Optional.of("gzip"), gzip(plain));
      case 1 -> new RequestBody(ids, contentType, Optional.of("zstd"), Zstd.compress(plain));
      default -> new RequestBody(ids, contentType, Optional.empty(), plain);
    };
  }

  private static void writeAscii(ByteArrayOutputStream out, String text) {
    for (int i = 0; i < text.length(); i++) {
      out.write(text.charAt(i));
    }
  }

  private static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream(bytes.length / 2);
    try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot compress in memory", e);
    }
    return compressed.toByteArray();
  }
}
