package io.wideevents.client;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.event.Tier;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A reply of the gateway to a body with an array of events. Events count as durable only if the
 * reply says so in the gateway's own form: a proxy may answer 200 to anything.
 */
final class GatewayReply {
  private static final Duration LONGEST_RETRY_AFTER = Duration.ofMinutes(10);
  private static final int MAX_MESSAGE_LENGTH = 300;

  private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\u2028\\u2029]");

  /** Codes of status 400 that say that the body was damaged on its way. */
  private static final Set<String> DAMAGED =
      Set.of("incomplete_body", "corrupt_compression", "bad_request");

  private final int status;
  private final Map<String, @Nullable Object> body;
  private final int events;

  private GatewayReply(int status, byte[] body, int events) {
    this.status = status;
    this.body = Json.object(body);
    this.events = events;
  }

  /**
   * Reads a reply.
   *
   * @param retryAfter the header {@code Retry-After}; empty when absent
   * @param events number of events that were posted
   */
  static Attempt read(int status, Optional<String> retryAfter, byte[] body, int events) {
    GatewayReply reply = new GatewayReply(status, body, events);
    return switch (status) {
      case 202, 207 -> reply.accepted();
      case 422 -> reply.rejected();
      case 400 -> reply.badRequest();
      case 413 -> new Attempt.BodyRejected(reply.reason());
      case 408, 429 -> reply.failed(retryAfter);
      default -> status >= 500 ? reply.failed(retryAfter) : reply.misconfigured();
    };
  }

  private Attempt accepted() {
    int accepted = Json.asCount(body.get("accepted"));
    int rejected = status == 202 ? 0 : Json.asCount(body.get("rejected"));
    Optional<Tier> tier = tier(Json.asText(body.get("tier")));
    List<DeliveryOutcome> outcomes = outcomes(new DeliveryOutcome.Durable(tier.orElse(Tier.KAFKA)));
    boolean isComplete =
        tier.isPresent()
            && accepted + rejected == events
            && outcomes.stream().filter(DeliveryOutcome.Refused.class::isInstance).count()
                == rejected;
    return isComplete ? new Attempt.Answered(outcomes) : misconfigured();
  }

  private Attempt rejected() {
    return Json.asText(body.get("code")).isEmpty()
        ? misconfigured()
        : new Attempt.Answered(outcomes(reason()));
  }

  private Attempt badRequest() {
    String code = Json.asText(body.get("code"));
    if (code.isEmpty()) {
      return misconfigured();
    }
    return DAMAGED.contains(code) ? failed(Optional.empty()) : new Attempt.BodyRejected(reason());
  }

  private Attempt failed(Optional<String> retryAfter) {
    return new Attempt.Failed(summary(), retryAfter.flatMap(GatewayReply::duration));
  }

  private Attempt misconfigured() {
    return new Attempt.Misconfigured(summary());
  }

  /** One outcome per event: the rejections that the reply lists, and otherwise the given one. */
  private List<DeliveryOutcome> outcomes(DeliveryOutcome otherwise) {
    List<DeliveryOutcome> outcomes = new ArrayList<>(Collections.nCopies(events, otherwise));
    for (Object each : Json.asList(body.get("events"))) {
      Map<String, @Nullable Object> entry = Json.asObject(each);
      int index = Json.asCount(entry.get("index"));
      if (index >= 0 && index < events) {
        rejection(entry).ifPresent(refused -> outcomes.set(index, refused));
      }
    }
    return outcomes;
  }

  private static Optional<DeliveryOutcome.Refused> rejection(Map<String, @Nullable Object> entry) {
    List<?> errors = Json.asList(entry.get("errors"));
    Map<String, @Nullable Object> first = errors.isEmpty() ? entry : Json.asObject(errors.get(0));
    String code = Json.asText(first.get("code"));
    if (code.isEmpty()) {
      return Optional.empty();
    }
    String field = Json.asText(first.get("field"));
    return Optional.of(refused(code, field.isEmpty() ? "" : "field " + field));
  }

  private DeliveryOutcome.Refused reason() {
    String code = Json.asText(body.get("code"));
    return refused(code.isEmpty() ? "http_" + status : code, Json.asText(body.get("title")));
  }

  private static DeliveryOutcome.Refused refused(String code, String message) {
    return new DeliveryOutcome.Refused(cut(code), cut(message));
  }

  /** Status, and code and fix if there are any. The gateway's texts contain no event. */
  private String summary() {
    String code = Json.asText(body.get("code"));
    String fix = Json.asText(body.get("fix"));
    return cut(
        "status "
            + status
            + (code.isEmpty() ? "" : ", " + code)
            + (fix.isEmpty() ? "" : ": " + fix));
  }

  /** A text of a server as it may be logged: of limited length, on one line. */
  static String cut(String text) {
    String cut = text.length() <= MAX_MESSAGE_LENGTH ? text : text.substring(0, MAX_MESSAGE_LENGTH);
    return CONTROL.matcher(cut).replaceAll("?");
  }

  private static Optional<Tier> tier(String label) {
    for (Tier tier : Tier.values()) {
      if (tier.label().equals(label)) {
        return Optional.of(tier);
      }
    }
    return Optional.empty();
  }

  /** Seconds, or a date of HTTP; at most ten minutes. */
  private static Optional<Duration> duration(String header) {
    Duration wait;
    try {
      wait =
          header.chars().allMatch(c -> c >= '0' && c <= '9') && header.length() < 10
              ? Duration.ofSeconds(Long.parseLong(header))
              : Duration.between(
                  Instant.now(), ZonedDateTime.parse(header, DateTimeFormatter.RFC_1123_DATE_TIME));
    } catch (DateTimeException | NumberFormatException e) {
      return Optional.empty();
    }
    if (wait.isNegative()) {
      return Optional.empty();
    }
    return Optional.of(wait.compareTo(LONGEST_RETRY_AFTER) < 0 ? wait : LONGEST_RETRY_AFTER);
  }
}
