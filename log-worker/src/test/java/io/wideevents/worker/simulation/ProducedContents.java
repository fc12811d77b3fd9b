package io.wideevents.worker.simulation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wideevents.codec.BodyFormat;
import io.wideevents.codec.BodyResult;
import io.wideevents.codec.EncodeResult;
import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.EventEncoder;
import io.wideevents.codec.RecordDecoder;
import io.wideevents.codec.RecordResult;
import io.wideevents.event.EventDocument;
import io.wideevents.event.Tier;
import io.wideevents.worker.simulation.SimulatedEvent.Kind;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The contents that producers write. Their bytes are made once for all seeds; a seed decides what
 * kind each is.
 */
final class ProducedContents {
  private static final int MOST = 2_000;

  private record Content(byte[] value, EventDocument document, boolean foreign) {}

  private static final RecordDecoder DECODER =
      new RecordDecoder(EncoderSettings.DEFAULT, InstantSource.fixed(SimulatedClock.START));
  private static final EventEncoder ENCODER =
      new EventEncoder(EncoderSettings.DEFAULT, InstantSource.fixed(SimulatedClock.START));
  private static final List<Content> CONTENTS = new ArrayList<>();
  private static final List<Content> CLASHING = new ArrayList<>();

  private final Dice dice;
  private int next;
  private int nextClashing;

  ProducedContents(Dice dice) {
    this.dice = dice;
  }

  /** The next event with an id that its content gives it. */
  SimulatedEvent next(Kind kind) {
    int number = next++;
    return event(number, kind, content(number));
  }

  /** Two events of different content under one id. */
  List<SimulatedEvent> nextPairWithOneId() {
    int number = nextClashing;
    nextClashing += 2;
    return List.of(
        event(number, Kind.CONFLICT, clashing(number)),
        event(number + 1, Kind.CONFLICT, clashing(number + 1)));
  }

  private SimulatedEvent event(int number, Kind kind, Content content) {
    byte[] value =
        kind == Kind.MALFORMED
            ? ("{malformed " + number + dice.between(0, 9)).getBytes(UTF_8)
            : content.value();
    return new SimulatedEvent(
        number, kind, value, content.document().id(), content.document().hash(), content.foreign());
  }

  private static synchronized Content content(int number) {
    while (CONTENTS.size() <= number) {
      int n = CONTENTS.size();
      // Every eighth is another producer's, which the worker itself identifies and checks.
      CONTENTS.add(
          n % 8 == 7
              ? content(json("", "other " + n), true)
              : content(accepted(json("", "event " + n)), false));
      if (n > MOST) {
        throw new IllegalStateException("A seed produces too many events");
      }
    }
    return CONTENTS.get(number);
  }

  private static synchronized Content clashing(int number) {
    while (CLASHING.size() <= number) {
      int n = CLASHING.size();
      UUID id = new UUID(0x0190a1b2c3d44e5fL, 0x8a9b000000000000L + n / 2);
      CLASHING.add(content(accepted(json("\"eventId\":\"" + id + "\",", "clashing " + n)), false));
    }
    return CLASHING.get(number);
  }

  private static byte[] json(String first, String requestId) {
    return """
    {%s"requestId":"%s","service":"s","route":"/","timestamp":"%s"}"""
        .formatted(first, requestId, SimulatedClock.START)
        .getBytes(UTF_8);
  }

  /** What the gateway makes of a posted event. */
  private static byte[] accepted(byte[] posted) {
    if (ENCODER.encode(posted, posted.length, BodyFormat.JSON) instanceof BodyResult.Events events
        && events.results().getFirst() instanceof EncodeResult.Encoded encoded) {
      return encoded.event().json(Tier.KAFKA);
    }
    throw new IllegalStateException("The gateway refuses the simulation's own event");
  }

  private static Content content(byte[] value, boolean foreign) {
    RecordResult result = DECODER.decode(value, null, null, SimulatedClock.START);
    if (result instanceof RecordResult.Decoded decoded) {
      return new Content(value, decoded.document(), foreign);
    }
    throw new IllegalStateException("The simulation's own event is not well: " + result);
  }
}
