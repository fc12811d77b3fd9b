package io.wideevents.gateway.http;

import io.wideevents.codec.BodyFormat;
import io.wideevents.codec.BodyResult;
import io.wideevents.codec.EncodeResult;
import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.EventEncoder;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import io.wideevents.gateway.http.EventsReply.Accepted;
import io.wideevents.gateway.http.EventsReply.Entry;
import io.wideevents.gateway.http.EventsReply.Refused;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * What the gateway does with a body, from its bytes on the wire to those of the reply, without a
 * server and without tiers: inflates, reads and checks it, writes each event for Kafka and for
 * MongoDB, and writes the reply. {@link CountingLoader} loads it, so it is found by its name.
 */
public final class RequestWork implements LinearRequestsTest.Work {
  private final EventEncoder encoder =
      new EventEncoder(EncoderSettings.DEFAULT, InstantSource.system());
  private final ReplyWriter replies = new ReplyWriter();

  @Override
  public long run(byte[] wire, String coding, String format) {
    try (InputStream in =
        Compression.named(coding).orElseThrow().inflate(new ByteArrayInputStream(wire))) {
      byte[] body = in.readAllBytes();
      BodyResult result = encoder.encode(body, body.length, BodyFormat.valueOf(format));
      return body.length + reply(result).length;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] reply(BodyResult result) {
    return switch (result) {
      case BodyResult.Malformed malformed ->
          replies.write(Problems.of(400, List.of(malformed.problem())));
      case BodyResult.TooManyEvents tooMany ->
          replies.write(Problems.tooManyEvents(tooMany.problem()));
      case BodyResult.Events events -> {
        List<Entry> entries = new ArrayList<>();
        for (EncodeResult each : events.results()) {
          entries.add(
              switch (each) {
                case EncodeResult.Encoded encoded -> delivered(encoded.event());
                case EncodeResult.Rejected rejected ->
                    new Refused(rejected.line(), rejected.problems());
              });
        }
        yield replies.write(EventsReply.of(events.batch(), entries, Preferences.NONE));
      }
    };
  }

  private static Entry delivered(EncodedEvent event) {
    event.json(Tier.KAFKA);
    event.document(Tier.MONGODB);
    return new Accepted(event.id(), Tier.KAFKA);
  }
}
