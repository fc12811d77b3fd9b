package io.wideevents.gateway.http;

import io.javalin.http.Context;
import io.wideevents.codec.BodyResult;
import io.wideevents.event.EventProblem;
import io.wideevents.gateway.access.Caller;
import io.wideevents.gateway.http.EventsReply.Entry;
import io.wideevents.gateway.http.EventsReply.Refused;
import io.wideevents.gateway.metrics.GatewayMetrics;
import io.wideevents.otlp.OtlpDecoder;
import io.wideevents.otlp.OtlpEncoding;
import io.wideevents.otlp.OtlpEvents;
import io.wideevents.otlp.OtlpResponse;
import io.wideevents.otlp.OtlpSignal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Handles exports of OpenTelemetry (OTLP over HTTP). Bodies are received, limited and delivered as
 * those of {@code POST /v1/events}. A response of 200 means that every event made from the body is
 * durable, or is counted in the response as rejected.
 */
final class OtlpHandler {
  /** Reasons that a response names. Thousands of items usually have the same few mistakes. */
  private static final int MAX_REASONS = 5;

  /**
   * So many skipped items count as one event of the caller's rate. Without its delivery, an event
   * takes 5 times as long as a skipped span of the same size with 40 attributes, 10 times with 5
   * attributes, and 20 times without any.
   */
  private static final int SKIPPED_PER_EVENT = 10;

  private final OtlpDecoder decoder;
  private final int maxBytes;
  private final BodyWork work;
  private final EventDelivery delivery;
  private final Replies replies;
  private final GatewayMetrics metrics;

  /**
   * @param maxBytes limit of an inflated body and the events made from it together
   */
  OtlpHandler(
      OtlpDecoder decoder,
      int maxBytes,
      BodyWork work,
      EventDelivery delivery,
      Replies replies,
      GatewayMetrics metrics) {
    this.decoder = decoder;
    this.maxBytes = maxBytes;
    this.work = work;
    this.delivery = delivery;
    this.replies = replies;
    this.metrics = metrics;
  }

  /**
   * The encoding that a {@code Content-Type} names; empty for any other media type.
   *
   * @param contentType null when the header is absent
   */
  static Optional<OtlpEncoding> encoding(@Nullable String contentType) {
    String mediaType =
        contentType == null ? "" : contentType.split(";", -1)[0].strip().toLowerCase(Locale.ROOT);
    return switch (mediaType) {
      case "application/x-protobuf" -> Optional.of(OtlpEncoding.PROTOBUF);
      case "application/json" -> Optional.of(OtlpEncoding.JSON);
      default -> Optional.empty();
    };
  }

  void handle(Context ctx, OtlpSignal signal) {
    try {
      export(ctx, signal);
    } catch (Error e) {
      // As for posted events: the client gets the reply for an internal error.
      throw new IllegalStateException("A request ended with an error", e);
    }
  }

  private void export(Context ctx, OtlpSignal signal) {
    String contentType = ctx.header("Content-Type");
    OtlpEncoding encoding =
        encoding(contentType)
            .orElseThrow(() -> new ProblemException(OtlpProblems.unsupportedMediaType()));
    if (contentType != null && encoding == OtlpEncoding.JSON) {
      BodyShape.requireUtf8(contentType.split(";", -1));
    }
    Compression compression =
        BodyShape.compression(Collections.list(ctx.req().getHeaders("Content-Encoding")));
    String client = ClientName.of(ctx);
    try (Body sent = receive(ctx, client);
        BodyWork.Done<OtlpEvents> done =
            work.on(
                sent,
                compression,
                client,
                body ->
                    decoder.decode(
                        body.bytes(), body.length(), signal, encoding, maxBytes, body::reserve))) {
      EventsReply reply = deliver(ctx, done.body(), done.result());
      if (done.result().skipped() > 0) {
        metrics.skipped(signal.label(), done.result().skipped());
      }
      answer(ctx, signal, encoding, reply);
    }
  }

  private Body receive(Context ctx, String client) {
    try {
      return work.receive(ctx, client);
    } catch (ProblemException e) {
      throw new ProblemException(OtlpProblems.retryable(e.problem()));
    }
  }

  private EventsReply deliver(Context ctx, Body body, OtlpEvents events) {
    return switch (events.result()) {
      case BodyResult.Malformed malformed ->
          throw new ProblemException(Problems.of(400, List.of(malformed.problem())));
      case BodyResult.TooManyEvents tooMany ->
          throw new ProblemException(Problems.of(413, List.of(tooMany.problem())));
      case BodyResult.Events found -> {
        Caller caller = KeyGate.caller(ctx);
        int cost = found.results().size() + Math.ceilDiv(events.skipped(), SKIPPED_PER_EVENT);
        if (cost > 0) {
          delivery.requireRate(caller, cost);
        }
        yield found.results().isEmpty()
            ? EventsReply.of(true, List.of(), Preferences.NONE)
            : delivery.deliver(found, Preferences.NONE, caller, body);
      }
    };
  }

  private void answer(Context ctx, OtlpSignal signal, OtlpEncoding encoding, EventsReply reply) {
    List<Entry> entries = reply.entries();
    replies.logRejected(ctx, entries);
    int unconfirmed = reply.unconfirmed();
    int rejected = reply.rejected();
    if (unconfirmed > 0) {
      replies.answer(ctx, Problems.notConfirmed(unconfirmed));
    } else if (reply.deadLetters() == EventsReply.DeadLetters.NOT_CONFIRMED) {
      replies.answer(ctx, Problems.deadLettersNotConfirmed(rejected));
    } else if (rejected > 0 && reply.accepted() == 0) {
      // Bad data. Many exporters do not report a partial success, and all report this status.
      replies.answer(ctx, OtlpProblems.invalidEvents(reasons(entries), mistakes(entries)));
    } else {
      ctx.status(200)
          .contentType(encoding.mediaType())
          .result(
              rejected == 0
                  ? OtlpResponse.success(encoding)
                  : OtlpResponse.partialSuccess(signal, encoding, rejected, reasons(entries)));
    }
  }

  /** The first mistakes, each with the field that has it. */
  private static List<EventProblem> mistakes(List<Entry> entries) {
    return entries.stream()
        .filter(Refused.class::isInstance)
        .map(entry -> ((Refused) entry).errors().getFirst().withoutPosition())
        .distinct()
        .limit(MAX_REASONS)
        .toList();
  }

  /** The reasons for rejections with their counts. Contains names of fields and no values. */
  private static String reasons(List<Entry> entries) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    for (Entry entry : entries) {
      if (entry instanceof Refused refused) {
        EventProblem first = refused.errors().getFirst();
        String reason = "%s: %s. %s".formatted(first.code(), first.message(), first.fix());
        if (counts.containsKey(reason) || counts.size() < MAX_REASONS) {
          counts.merge(reason, 1, Integer::sum);
        }
      }
    }
    return counts.entrySet().stream()
        .map(reason -> "%d rejected with %s".formatted(reason.getValue(), reason.getKey()))
        .collect(Collectors.joining("; "));
  }
}
