package io.wideevents.logging.javalin;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import io.wideevents.time.Deadline;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;

/** A tier that gives a test the events in their order, and confirms them while it is open. */
final class SeenEvents implements LoggerPort {
  private final BlockingQueue<EncodedEvent> seen = new LinkedBlockingQueue<>();
  private final Tier tier;
  private volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);

  SeenEvents(Tier tier) {
    this.tier = tier;
  }

  /** Confirms no further event until {@link #open}. */
  void shut() {
    gate = new CompletableFuture<>();
  }

  void open() {
    gate.complete(null);
  }

  /** The next event, as it is stored. Waits for it. */
  BsonDocument next() throws InterruptedException {
    EncodedEvent event = seen.poll(30, TimeUnit.SECONDS);
    assertThat(event).as("an event within 30 s").isNotNull();
    return event.document(Tier.KAFKA).bson();
  }

  void clear() {
    seen.clear();
  }

  boolean isEmpty() {
    return seen.isEmpty();
  }

  /** The code of an event's error, which it must have. */
  static String error(BsonDocument event) {
    assertThat(event).as(event.toJson()).containsKey("error");
    return event.getDocument("error").getString("code").getValue();
  }

  @Override
  public CompletableFuture<List<DeliveryOutcome>> log(
      List<EncodedEvent> events, Deadline deadline) {
    CompletableFuture<Void> opened = gate;
    seen.addAll(events);
    return opened.thenApply(
        open ->
            events.stream()
                .<DeliveryOutcome>map(event -> new DeliveryOutcome.Durable(tier))
                .toList());
  }

  @Override
  public void close() {}
}
