package io.wideevents.toolbox.benchmark;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.wideevents.toolbox.load.RequestBody;
import io.wideevents.toolbox.sample.SampleTraffic;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Sample traffic with events of about {@value #BYTES} bytes, the size for which the project states
 * its targets. Shorter events get one more attribute where it fits. Not safe for concurrent use.
 */
final class SizedEvents {
  static final int BYTES = 670;

  private static final byte[] PADDING_START = ",\"padding\":\"".getBytes(US_ASCII);
  private static final byte[] PADDING_END = "\"}".getBytes(US_ASCII);

  private final SampleTraffic traffic;

  SizedEvents(long seed) {
    this.traffic = new SampleTraffic(seed, Instant.now());
  }

  /** The next event: one JSON object, without a line break. */
  byte[] next() {
    byte[] event = traffic.next();
    int withoutBrace = event.length - 1;
    int padding = BYTES - withoutBrace - PADDING_START.length - PADDING_END.length;
    if (padding < 0) {
      return event;
    }
    ByteArrayOutputStream sized = new ByteArrayOutputStream(BYTES);
    sized.write(event, 0, withoutBrace);
    sized.writeBytes(PADDING_START);
    for (int i = 0; i < padding; i++) {
      sized.write('a' + i % 26);
    }
    sized.writeBytes(PADDING_END);
    return sized.toByteArray();
  }

  /** The mean size of the first {@code count} events. */
  static double meanBytes(int count) {
    SizedEvents events = new SizedEvents(1);
    return IntStream.range(0, count).map(i -> events.next().length).average().orElseThrow();
  }

  /** Bodies of one event each. */
  Stream<RequestBody> single(int count) {
    return IntStream.range(0, count).mapToObj(i -> RequestBody.plain(1, RequestBody.JSON, next()));
  }

  /** Bodies of NDJSON. */
  Stream<RequestBody> lines(int count, int eventsInBody) {
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              ByteArrayOutputStream lines = new ByteArrayOutputStream((BYTES + 1) * eventsInBody);
              for (int event = 0; event < eventsInBody; event++) {
                lines.writeBytes(next());
                lines.write('\n');
              }
              return RequestBody.plain(eventsInBody, RequestBody.NDJSON, lines.toByteArray());
            });
  }
}
