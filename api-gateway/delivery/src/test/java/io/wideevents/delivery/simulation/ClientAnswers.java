package io.wideevents.delivery.simulation;

import static io.wideevents.delivery.spool.TestSpools.read;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.spool.EventSpool;
import io.wideevents.event.Tier;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The answers to clients, and the check of these answers. An acknowledged event must be in Kafka,
 * in MongoDB or in the spool, or be a dead letter with a reason. An event may be rejected only for
 * its content.
 */
final class ClientAnswers {
  private final Optional<ModelBroker> broker;
  private final ModelDatabase database;
  private final Faults faults;

  /** Acknowledged events that were only in the spool at the last check. */
  private final Set<Integer> onlySpooled = new TreeSet<>();

  private int posted;
  private int durable;
  private int refused;
  private int notConfirmed;
  private int lost;

  ClientAnswers(Optional<ModelBroker> broker, ModelDatabase database, Faults faults) {
    this.broker = broker;
    this.database = database;
    this.faults = faults;
  }

  void posted(int events) {
    posted += events;
  }

  /** Calls that a crash left without an answer. */
  void lost(int events) {
    lost += events;
  }

  /** Records the answer that a client got. */
  void answered(List<Integer> events, List<DeliveryOutcome> outcomes) {
    require(events.size() == outcomes.size(), "one outcome per event", outcomes.size());
    for (int i = 0; i < events.size(); i++) {
      int n = events.get(i);
      switch (outcomes.get(i)) {
        case DeliveryOutcome.Durable in -> {
          durable++;
          acknowledged(n, in.tier());
        }
        case DeliveryOutcome.Refused reason -> {
          refused++;
          requireOwnFault(n, reason.code());
        }
        case DeliveryOutcome.NotConfirmed unknown -> notConfirmed++;
      }
    }
  }

  private void acknowledged(int n, Tier tier) {
    switch (tier) {
      case KAFKA ->
          require(broker.orElseThrow().events().contains(n), "acknowledged and not in Kafka", n);
      case MONGODB -> require(database.holds(n), "acknowledged and not in MongoDB", n);
      case SPOOL -> {
        if (!isDelivered(n)) {
          onlySpooled.add(n);
        }
      }
    }
  }

  private boolean isDelivered(int n) {
    return database.holds(n)
        || broker
            .filter(topics -> topics.events().contains(n) || topics.deadLetters().containsKey(n))
            .isPresent();
  }

  /**
   * Searches the spool for every acknowledged event that is not elsewhere. Reads the whole spool.
   */
  void check(EventSpool spool) {
    onlySpooled.removeIf(this::isDelivered);
    if (onlySpooled.isEmpty()) {
      return;
    }
    Set<Integer> missing = new TreeSet<>(onlySpooled);
    read(spool).forEach(event -> missing.remove(SimulatedEvents.number(event.requestId())));
    require(missing.isEmpty(), "acknowledged and in no place", missing);
  }

  /** Every dead letter was rejected for its own content, not for another event of its batch. */
  void checkDeadLetters(EventSpool spool) {
    broker.ifPresent(topics -> topics.deadLetters().forEach(this::requireOwnFault));
    read(spool).stream()
        .filter(event -> !event.refusalCode().isEmpty())
        .forEach(
            event ->
                requireOwnFault(SimulatedEvents.number(event.requestId()), event.refusalCode()));
  }

  private void requireOwnFault(int n, String reason) {
    require(
        SimulatedEvents.isRefused(n) || faults.poison.contains(n) || database.isTaken(n),
        "refused although it is well (" + reason + ")",
        n);
  }

  /** The check at the end, when no call is open and the spool is empty. */
  void checkEnd() {
    Iterator<Integer> left = onlySpooled.iterator();
    require(
        posted == durable + refused + notConfirmed + lost,
        "counters that add up",
        "%d posted, %d durable, %d refused, %d not confirmed, %d lost"
            .formatted(posted, durable, refused, notConfirmed, lost));
    require(!left.hasNext() || broker.isEmpty(), "acknowledged and not delivered", onlySpooled);
  }

  int durable() {
    return durable;
  }

  static void require(boolean holds, String what, Object subject) {
    if (!holds) {
      throw new Violation(what + ": " + subject);
    }
  }
}
