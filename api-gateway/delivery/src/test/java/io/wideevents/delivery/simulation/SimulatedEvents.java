package io.wideevents.delivery.simulation;

import io.wideevents.codec.BodyFormat;
import io.wideevents.codec.BodyResult;
import io.wideevents.codec.EncodeResult;
import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.EventEncoder;
import io.wideevents.event.ContentHash;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventDocument;
import io.wideevents.event.EventId;
import io.wideevents.event.ForwardingEvent;
import io.wideevents.event.TestEvents;
import io.wideevents.event.Tier;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The events that simulated clients post, numbered. A number stands for one content: it is in the
 * event's request id, and so in every form of the event. Made once; immutable.
 */
final class SimulatedEvents {
  static final int COUNT = 2_000;

  private static final int PAIR_DISTANCE = 5;
  private static final SimulatedEvents ALL = new SimulatedEvents();

  private final List<EncodedEvent> events = new ArrayList<>();
  private final List<ContentHash> hashes = new ArrayList<>();

  private SimulatedEvents() {
    Instant posted = Instant.parse("2026-11-30T00:00:00Z");
    EventEncoder encoder = new EventEncoder(EncoderSettings.DEFAULT, () -> posted);
    for (int n = 0; n < COUNT; n++) {
      byte[] body = TestEvents.utf8(json(n, posted));
      var result = (BodyResult.Events) encoder.encode(body, body.length, BodyFormat.JSON);
      EncodedEvent event = new Once(((EncodeResult.Encoded) result.results().getFirst()).event());
      events.add(event);
      hashes.add(event.document(Tier.MONGODB).hash());
    }
  }

  /** Makes the forms of an event once for all runs. */
  private static final class Once extends ForwardingEvent {
    private final Map<Tier, EventDocument> documents = new EnumMap<>(Tier.class);
    private final Map<Tier, byte[]> texts = new EnumMap<>(Tier.class);

    Once(EncodedEvent event) {
      super(event);
    }

    @Override
    public byte[] json(Tier tier) {
      return texts.computeIfAbsent(tier, super::json).clone();
    }

    @Override
    public EventDocument document(Tier tier) {
      return documents.computeIfAbsent(tier, super::document);
    }
  }

  static EncodedEvent event(int n) {
    return ALL.events.get(n);
  }

  static EventId id(int n) {
    return event(n).id();
  }

  static ContentHash hash(int n) {
    return ALL.hashes.get(n);
  }

  /** The number of an event of which only the request id is known. */
  static int number(String requestId) {
    return Integer.parseInt(requestId, "req-".length(), requestId.length(), 10);
  }

  /** Whether Kafka refuses the event for its size. */
  static boolean isTooLargeForKafka(int n) {
    return n % 17 == 3;
  }

  /** Whether MongoDB refuses the event with a code on its list, as a validator would. */
  static boolean isRefused(int n) {
    return n % 23 == 4;
  }

  /** Whether other content is in MongoDB under the event's id, from another producer. */
  static boolean isTakenByOther(int n) {
    return n % 31 == 7;
  }

  /** Every tenth event has an id of the client's, which a later event has too. */
  private static boolean isOfAPair(int n) {
    return n % 10 == 0 || n % 10 == PAIR_DISTANCE;
  }

  private static String json(int n, Instant posted) {
    String id = "";
    if (isOfAPair(n)) {
      int first = n % 10 == 0 ? n : n - PAIR_DISTANCE;
      id =
          "\"eventId\":\"%s\","
              .formatted(new UUID(0x0190a1b2c3d44e5fL, 0x8a9b000000000000L + first));
    }
    return """
        {%s"requestId":"req-%08d","service":"simulation","route":"GET /","timestamp":"%s"}"""
        .formatted(id, n, posted);
  }
}
