package io.wideevents.toolbox.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.luben.zstd.Zstd;
import io.wideevents.toolbox.load.RequestBody;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;

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

  /**
   * A body and the ids under which its events must be stored.
   *
   * @param ids of the events, in order
   */
  record Posted(RequestBody body, List<UUID> ids) {
    Posted {
      ids = List.copyOf(ids);
    }
  }

  /** The next body; its events follow those of the previous body. */
  Posted next() {
    return switch (random.nextInt(10)) {
      case 0, 1 -> many(2 + random.nextInt(MOST_IN_ARRAY - 1), "[", ",", "]", RequestBody.JSON);
      case 2, 3 -> many(lines(), "", "\n", "\n", RequestBody.NDJSON);
      default -> many(1, "", "", "", RequestBody.JSON);
    };
  }

  private int lines() {
    return random.nextInt(ONE_IN_LONG) == 0 ? LONG_LINES : 1 + random.nextInt(MOST_LINES);
  }

  private Posted many(int count, String begin, String separator, String end, String contentType) {
    ByteArrayOutputStream text = new ByteArrayOutputStream(count * 800);
    List<UUID> ids = new ArrayList<>(count);
    text.writeBytes(begin.getBytes(UTF_8));
    for (int i = 0; i < count; i++) {
      if (i > 0) {
        text.writeBytes(separator.getBytes(UTF_8));
      }
      PostedEvent event = events.next();
      ids.add(event.id());
      text.writeBytes(event.json());
    }
    text.writeBytes(end.getBytes(UTF_8));
    return new Posted(compressed(RequestBody.plain(count, contentType, text.toByteArray())), ids);
  }

  private RequestBody compressed(RequestBody plain) {
    return switch (random.nextInt(4)) {
      case 0 -> plain.gzip();
      case 1 ->
          new RequestBody(
              plain.events(),
              plain.contentType(),
              Optional.of("zstd"),
              Zstd.compress(plain.bytes()));
      default -> plain;
    };
  }
}
