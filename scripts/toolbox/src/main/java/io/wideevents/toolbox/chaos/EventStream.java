package io.wideevents.toolbox.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wideevents.event.ContentHash;
import io.wideevents.event.EventId;
import io.wideevents.toolbox.pipeline.EventComparison;
import io.wideevents.toolbox.sample.SampleTraffic;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;

/**
 * The events of a run. The same seed and start produce the same bytes and ids, so that the check
 * can generate the events again instead of storing them. Not safe for concurrent use.
 */
final class EventStream {
  private static final int ONE_IN_NAMED = 4;
  private static final int ONE_IN_LARGE = 300;
  private static final int LARGE_CHARACTERS = 20_000;

  private final SampleTraffic traffic;
  private final Random random;

  EventStream(long seed, Instant start) {
    this.traffic = new SampleTraffic(seed, start);
    this.random = new Random(~seed);
  }

  /** The next event: about 570 bytes, and 20 KB more for one in 300. */
  PostedEvent next() {
    byte[] event = traffic.next();
    if (random.nextInt(ONE_IN_LARGE) == 0) {
      event = withField(event, "padding", "x".repeat(LARGE_CHARACTERS));
    }
    if (random.nextInt(ONE_IN_NAMED) == 0) {
      UUID id = version4(random.nextLong(), random.nextLong());
      return new PostedEvent(id, withField(event, "eventId", id.toString()));
    }
    ContentHash hash = ContentHash.of(event, 0, event.length);
    return new PostedEvent(EventId.derive(timestamp(event), hash).value(), event);
  }

  private static UUID version4(long high, long low) {
    return new UUID((high & ~0xF000L) | 0x4000L, (low & ~(3L << 62)) | (2L << 62));
  }

  private static byte[] withField(byte[] event, String name, String value) {
    ByteArrayOutputStream longer = new ByteArrayOutputStream(event.length + value.length() + 16);
    longer.writeBytes("{\"%s\":\"%s\",".formatted(name, value).getBytes(UTF_8));
    longer.write(event, 1, event.length - 1);
    return longer.toByteArray();
  }

  private static long timestamp(byte[] event) {
    return EventComparison.time(JsonMapper.shared().readTree(event).path("timestamp"))
        .toEpochMilli();
  }
}
