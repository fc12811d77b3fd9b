package io.wideevents.logging;

import io.wideevents.codec.EventComposer;
import io.wideevents.codec.EventComposer.Sampled;
import io.wideevents.codec.FieldRules;
import io.wideevents.event.EncodedEvent;
import io.wideevents.log.LogThrottle;
import io.wideevents.logging.sampling.Candidate;
import io.wideevents.logging.sampling.Sampling;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Composes the events of ended requests, and applies sampling. For one thread at a time. */
final class EventFinalizer {
  private static final Logger log = LoggerFactory.getLogger(LoggingService.class);
  private static final LogThrottle NOT_ENCODED = new LogThrottle(Duration.ofSeconds(10));

  private final String service;
  private final Sampling sampling;
  private final EventComposer composer;
  private final LoggingCounters counters;

  EventFinalizer(String service, Sampling sampling, FieldRules rules, LoggingCounters counters) {
    this.service = service;
    this.sampling = sampling;
    this.composer = rules.newComposer();
    this.counters = counters;
  }

  /** Returns the event to deliver. If there is none, counts it and returns empty. Never throws. */
  Optional<EncodedEvent> event(Pending pending) {
    try {
      return switch (pending) {
        case Pending.Encoded encoded -> Optional.of(encoded.event());
        case Pending.Raw raw -> encode(raw.request());
      };
    } catch (Throwable e) {
      // Catches every Throwable, because the sender thread must not end, and because checked
      // exceptions are possible here as well.
      notEncoded(pending, e);
      return Optional.empty();
    }
  }

  /** Counts an event as dropped that could not be added to a batch. Never throws. */
  void notEncoded(Pending pending, Throwable cause) {
    counters.dropped(DropReason.NOT_ENCODED, 1);
    NOT_ENCODED.show(
        heldBack ->
            log.atError()
                .addKeyValue(
                    "route", pending instanceof Pending.Raw raw ? raw.request().route() : "")
                .addKeyValue("notShown", heldBack)
                .setCause(cause)
                .log("Could not encode an event of this process. The event is lost"));
  }

  private Optional<EncodedEvent> encode(FinalizedRequest request) {
    Sampled sampled = null;
    if (!sampling.isOff()) {
      Sampling.Decision decision = sampling.decide(candidate(request));
      counters.decided(decision);
      if (!decision.kept() && sampling.mode() == Sampling.Mode.DROP) {
        counters.sampledOut.increment();
        return Optional.empty();
      }
      sampled = sampled(decision, sampling.mode());
    }
    EncodedEvent event = composer.compose(request.fields(), request.head(service), sampled);
    int droppedFields = request.fields().dropped();
    if (droppedFields > 0) {
      counters.droppedFields.add(droppedFields);
    }
    return Optional.of(event);
  }

  private static Candidate candidate(FinalizedRequest request) {
    return new Candidate(
        request.samplingKey(),
        request.fields().has("error"),
        request.durationMillis(),
        request.route(),
        request.fields().userId());
  }

  private static @Nullable Sampled sampled(Sampling.Decision decision, Sampling.Mode mode) {
    return switch (mode) {
      case DROP -> new Sampled(decision.rate(), decision.rule(), 0, true);
      case DRY_RUN -> new Sampled(1, decision.rule(), decision.rate(), decision.kept());
    };
  }
}
