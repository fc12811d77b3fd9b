package io.wideevents.gateway.http;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import io.wideevents.time.Deadline;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Does with each event what the beginning of its request id says: {@code stored} (Kafka has it),
 * {@code direct} (MongoDB), {@code spooled}, {@code refused}, {@code conflict}, {@code
 * unconfirmed}, {@code bug} (throws).
 */
final class ScriptedLogger implements LoggerPort {
  @Override
  public CompletableFuture<List<DeliveryOutcome>> log(
      List<EncodedEvent> events, Deadline deadline) {
    return CompletableFuture.completedFuture(
        events.stream().map(event -> outcome(script(event))).toList());
  }

  @Override
  public void close() {}

  private static String script(EncodedEvent event) {
    return event.requestId().substring(0, event.requestId().indexOf('-'));
  }

  private static DeliveryOutcome outcome(String script) {
    return switch (script) {
      case "stored" -> new DeliveryOutcome.Durable(Tier.KAFKA);
      case "direct" -> new DeliveryOutcome.Durable(Tier.MONGODB);
      case "spooled" -> new DeliveryOutcome.Durable(Tier.SPOOL);
      case "refused" -> new DeliveryOutcome.Refused("refused_by_database", "Refused on demand");
      case "conflict" -> new DeliveryOutcome.Refused("id_conflict", "Taken on demand");
      case "unconfirmed" ->
          new DeliveryOutcome.NotConfirmed(new IllegalStateException("Not confirmed on demand"));
      case "bug" -> throw new IllegalStateException("A bug, on demand");
      default -> throw new IllegalArgumentException(script);
    };
  }
}
