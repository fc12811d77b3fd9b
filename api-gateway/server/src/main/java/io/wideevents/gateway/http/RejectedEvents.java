package io.wideevents.gateway.http;

import io.wideevents.codec.EncodeResult;
import io.wideevents.delivery.RejectedEvent;
import io.wideevents.delivery.RejectedEventPort;
import io.wideevents.event.DeadLetterReason;
import io.wideevents.event.Tier;
import io.wideevents.gateway.access.Caller;
import io.wideevents.gateway.http.EventsReply.DeadLetters;
import io.wideevents.gateway.http.EventsReply.Refused;
import io.wideevents.gateway.metrics.GatewayMetrics;
import io.wideevents.time.Deadline;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Sends the rejected events of a request to the dead-letter topic, if the gateway is set to. Safe
 * for concurrent use.
 */
final class RejectedEvents {
  private final Optional<RejectedEventPort> port;
  private final GatewayMetrics metrics;
  private final InstantSource clock = InstantSource.system();

  /**
   * @param port empty if rejected events are only listed in the reply
   */
  RejectedEvents(Optional<RejectedEventPort> port, GatewayMetrics metrics) {
    this.port = port;
    this.metrics = metrics;
  }

  /** Bytes of memory for the dead letters of the events that the codec has rejected. */
  long memoryFor(List<EncodeResult> results) {
    long bytes = 0;
    if (port.isPresent()) {
      for (EncodeResult result : results) {
        if (result instanceof EncodeResult.Rejected rejected) {
          bytes += rejected.text().length();
        }
      }
    }
    return bytes;
  }

  /**
   * Writes the dead letters of a request and returns its reply. Blocks until they are acknowledged,
   * or until the deadline. Writes none if the client must send the same events again anyway.
   *
   * @param results what the codec made of the events of the reply, in the same order
   * @param memory called with the bytes of dead letters that {@link #memoryFor} does not contain
   */
  EventsReply keep(
      EventsReply reply,
      List<EncodeResult> results,
      Caller caller,
      Deadline deadline,
      LongConsumer memory) {
    if (port.isEmpty() || reply.rejected() == 0 || reply.unconfirmed() > 0) {
      return reply;
    }
    List<RejectedEvent> events = new ArrayList<>(reply.rejected());
    for (int i = 0; i < results.size(); i++) {
      if (reply.entries().get(i) instanceof Refused refused) {
        events.add(rejected(results.get(i), refused, caller.name(), memory));
      }
    }
    int notConfirmed = port.get().deadLetter(events, clock.instant(), deadline);
    metrics.deadLettered(events.size() - notConfirmed);
    return reply.with(notConfirmed == 0 ? DeadLetters.KEPT : DeadLetters.NOT_CONFIRMED);
  }

  private static RejectedEvent rejected(
      EncodeResult result, Refused refused, String client, LongConsumer memory) {
    return switch (result) {
      case EncodeResult.Rejected rejected -> {
        byte[] text = rejected.text().bytes();
        yield new RejectedEvent(
            text,
            rejected.text().isCut() ? rejected.text().length() : text.length,
            rejected.reason(),
            rejected.description(),
            client);
      }
      // MongoDB rejected the event, with a code that is also a reason.
      case EncodeResult.Encoded encoded -> {
        byte[] text = encoded.event().json(Tier.MONGODB);
        memory.accept(text.length);
        yield new RejectedEvent(
            text,
            text.length,
            DeadLetterReason.labelled(refused.errors().getFirst().code())
                .orElse(DeadLetterReason.REFUSED_BY_DATABASE),
            refused.errors().getFirst().message(),
            client);
      }
    };
  }
}
