package io.wideevents.toolbox.sample;

import io.wideevents.toolbox.load.RequestBody;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * An endless stream of wide events: the same bytes for the same seed and start, on every machine.
 *
 * <p>By the events' timestamps, 100 requests arrive a second, whatever the rate at which they are
 * sent. After an hour the timestamps restart at {@code start}, so that no event lies far in the
 * future. Not safe for concurrent use.
 */
public final class SampleTraffic {
  private static final double MEAN_GAP_MILLIS = 10;
  private static final Duration CYCLE = Duration.ofHours(1);
  private static final ZoneOffset SEOUL = ZoneOffset.ofHours(9);
  private static final List<String> ROLES = List.of("customer", "customer", "member", "admin");
  private static final List<String> NAMES =
      List.of("김민지", "Zoë", "Łukasz", "李小龍", "Ana", "O'Brien");
  private static final List<String> REGIONS = List.of("ap-northeast-2", "eu-central-1");

  private final JsonFactory factory = new JsonFactory();
  private final ByteArrayOutputStream buffer = new ByteArrayOutputStream(1024);
  private final Random random;
  private final Instant start;
  private final long cycleMillis;
  private double elapsedMillis;

  /**
   * @param start the time of the first event; truncated to milliseconds
   */
  public SampleTraffic(long seed, Instant start) {
    this(seed, start, CYCLE);
  }

  SampleTraffic(long seed, Instant start, Duration cycle) {
    this.random = new Random(seed);
    this.cycleMillis = cycle.toMillis();
    this.start = start.truncatedTo(ChronoUnit.MILLIS);
  }

  /** About how long {@code events} last, by their timestamps. */
  public static Duration span(long events) {
    return events > CYCLE.toMillis() / MEAN_GAP_MILLIS
        ? CYCLE
        : Duration.ofMillis((long) (events * MEAN_GAP_MILLIS));
  }

  /** The next event: one JSON object in UTF-8, without a line break, about 570 bytes. */
  public byte[] next() {
    elapsedMillis += -MEAN_GAP_MILLIS * StrictMath.log(1 - random.nextDouble());
    long millis = (long) elapsedMillis % cycleMillis;
    RouteProfile route = Shop.pickRoute(random);
    buffer.reset();
    try (JsonGenerator json = factory.createGenerator(ObjectWriteContext.empty(), buffer)) {
      json.writeStartObject();
      json.writeStringProperty("requestId", "req-" + Details.hex(random) + Details.hex(random));
      json.writeStringProperty("service", route.service());
      json.writeStringProperty("route", route.route());
      writeTimestamp(json, start.plusMillis(millis));
      writeUser(json);
      boolean incident = Shop.INCIDENT.covers(route, millis);
      writeResult(json, route, incident);
      writeSurroundings(json, route, incident);
      route.details().accept(json, random);
      json.writeEndObject();
    }
    return buffer.toByteArray();
  }

  /**
   * The next {@code count} events as bodies of NDJSON. Each body is made when it is taken from the
   * stream.
   *
   * @param batchEvents events in a body, at least 1; the last body may have fewer
   */
  public Stream<RequestBody> batches(long count, int batchEvents) {
    return LongStream.range(0, Math.ceilDiv(count, batchEvents))
        .mapToObj(i -> batch((int) Math.min(batchEvents, count - i * batchEvents)));
  }

  private RequestBody batch(int events) {
    ByteArrayOutputStream body = new ByteArrayOutputStream(events * 800);
    for (int i = 0; i < events; i++) {
      body.writeBytes(next());
      body.write('\n');
    }
    return RequestBody.plain(events, RequestBody.NDJSON, body.toByteArray());
  }

  // Every format of a time that the gateway accepts.
  private void writeTimestamp(JsonGenerator json, Instant time) {
    switch (random.nextInt(10)) {
      case 0 -> json.writeNumberProperty("timestamp", time.toEpochMilli());
      case 1 -> json.writeStringProperty("timestamp", seoulTime(time));
      case 2 ->
          json.writeStringProperty(
              "timestamp", time.plusNanos(1_000L * (1 + random.nextInt(999))).toString());
      default -> json.writeStringProperty("timestamp", time.toString());
    }
  }

  private static String seoulTime(Instant time) {
    // OffsetDateTime.toString omits seconds that are zero. RFC 3339 requires them.
    return time.plusSeconds(SEOUL.getTotalSeconds()).toString().replace("Z", SEOUL.getId());
  }

  private void writeUser(JsonGenerator json) {
    int who = random.nextInt(10_000);
    if (who < 1_500) {
      return;
    }
    json.writeObjectPropertyStart("user");
    if (who % 2 == 0) {
      json.writeStringProperty("id", "u-" + who);
    } else {
      json.writeNumberProperty("id", who);
    }
    json.writeStringProperty("role", Details.pick(ROLES, random));
    json.writeStringProperty("name", Details.pick(NAMES, random));
    json.writeEndObject();
  }

  private void writeResult(JsonGenerator json, RouteProfile route, boolean incident) {
    double failureRate = incident ? Shop.INCIDENT.failureRate() : route.failureRate();
    double slowdown = incident ? Shop.INCIDENT.slowdown() : 1;
    boolean failed = random.nextDouble() < failureRate;
    @Nullable SampleError error = null;
    if (failed) {
      error = incident ? Shop.INCIDENT.error() : Details.pick(route.errors(), random);
      json.writeObjectPropertyStart("error");
      json.writeStringProperty("code", error.code());
      json.writeStringProperty("message", error.message());
      json.writeBooleanProperty("retryable", error.status() >= 429);
      json.writeEndObject();
    } else if (random.nextInt(20) == 0) {
      json.writeNullProperty("error");
    }
    long micros = route.latencyMicros(random, slowdown);
    // One in a hundred has no measurements.
    if (random.nextInt(100) != 0) {
      json.writeObjectPropertyStart("performance");
      json.writeNumberProperty("durationMs", micros / 1000.0);
      json.writeNumberProperty("dbMs", micros * random.nextInt(80) / 100_000.0);
      json.writeNumberProperty("dbCalls", random.nextInt(12));
      json.writeEndObject();
    }
    json.writeNumberProperty("status", error == null ? 200 : error.status());
  }

  private void writeSurroundings(JsonGenerator json, RouteProfile route, boolean incident) {
    json.writeStringProperty("region", Details.pick(REGIONS, random));
    json.writeStringProperty("host", "%s-%d".formatted(route.service(), random.nextInt(4)));
    String build = "2026.11.%d".formatted(1 + random.nextInt(3));
    json.writeStringProperty("build", incident ? Shop.INCIDENT.build() : build);
    json.writeObjectPropertyStart("trace");
    json.writeStringProperty("traceId", Details.hex(random) + Details.hex(random));
    json.writeBooleanProperty("sampled", random.nextInt(10) == 0);
    json.writeEndObject();
  }
}
