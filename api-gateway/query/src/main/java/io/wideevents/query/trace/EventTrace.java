package io.wideevents.query.trace;

import io.wideevents.event.EventId;
import io.wideevents.kafka.KafkaTrouble;
import io.wideevents.query.QueryException;
import io.wideevents.query.store.EventStore;
import io.wideevents.query.trace.EventTopics.DeadLetters;
import io.wideevents.query.trace.TraceResult.DeadLettered;
import io.wideevents.query.trace.TraceResult.Pending;
import io.wideevents.query.trace.TraceResult.Place;
import io.wideevents.query.trace.TraceResult.State;
import io.wideevents.query.trace.TraceResult.Stored;
import io.wideevents.query.trace.TraceResult.Unchecked;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Finds where an event is: in MongoDB, in the spool of this gateway, in Kafka, or among the dead
 * letters. If a place does not answer, the result names it, and the other places are searched.
 *
 * <p>One search runs at a time, because a search reads thousands of records. Safe for concurrent
 * use.
 */
public final class EventTrace {
  private final StoredEventSearch stored;
  private final SpoolSearch spool;
  private final Optional<EventTopics> topics;
  private final Semaphore one = new Semaphore(1);

  /**
   * @param topics empty if events do not go through Kafka
   */
  public EventTrace(EventStore store, SpoolSearch spool, Optional<TopicSettings> topics) {
    this(StoredEventSearch.in(store), spool, topics.map(KafkaEventTopics::new));
  }

  EventTrace(StoredEventSearch stored, SpoolSearch spool, Optional<EventTopics> topics) {
    this.stored = stored;
    this.spool = spool;
    this.topics = topics;
  }

  /**
   * Searches for an event. Blocks for some seconds at most, plus the time limits of two queries.
   *
   * @param requestId the event's request id, if known; makes the search of Kafka faster
   * @throws QueryException with the status 429 while another search runs
   */
  public TraceResult find(EventId id, Optional<String> requestId) {
    if (!one.tryAcquire()) {
      throw new QueryException(
              429,
              "query_busy",
              "This gateway is searching for another event",
              "Ask again after Retry-After; a gateway searches for one event at a time")
          .withHeader("Retry-After", "1");
    }
    try {
      return new Search(id).run(requestId);
    } finally {
      one.release();
    }
  }

  /** One search. */
  private final class Search {
    private final EventId id;
    private final List<Place> checked = new ArrayList<>();
    private final List<Unchecked> unchecked = new ArrayList<>();

    Search(EventId id) {
      this.id = id;
    }

    /**
     * Searches the places in the order in which an event passes them. So an event that moves during
     * the search is found. MongoDB is searched first, because most events are there, and again at
     * the end.
     */
    TraceResult run(Optional<String> requestId) {
      Optional<Stored> first = check(Place.MONGODB, () -> stored.find(id)).flatMap(x -> x);
      if (first.isPresent()) {
        return stored(first.get(), Optional.empty(), Optional.empty());
      }
      Optional<SpoolSearch.Found> spooled = check(Place.SPOOL, () -> spool.find(id));
      Optional<Pending> pending =
          topics.flatMap(kafka -> check(Place.KAFKA, () -> kafka.pending(id, requestId)));
      Optional<DeadLetters> dead = topics.flatMap(this::deadLetters);
      Optional<DeadLettered> letter = dead.flatMap(DeadLetters::found);
      if (letter.isPresent()) {
        return result(State.DEAD_LETTERED, deadLettered(letter.get()), pending, spooled, letter);
      }
      if (pending.isPresent() && pending.get().isFound()) {
        return result(State.PENDING, pending(pending.get()), pending, spooled, letter);
      }
      if (spooled.isPresent() && spooled.get().spooledAt().isPresent()) {
        return result(State.SPOOLED, spooled(spooled.get()), pending, spooled, letter);
      }
      if (checked.contains(Place.MONGODB)) {
        Optional<Stored> last = check(Place.MONGODB, () -> stored.find(id)).flatMap(x -> x);
        if (last.isPresent()) {
          return stored(last.get(), pending, spooled);
        }
      }
      return result(State.UNKNOWN, unknown(pending, spooled, dead), pending, spooled, letter);
    }

    /** Does not ask Kafka again if it did not answer, because that takes seconds. */
    private Optional<DeadLetters> deadLetters(EventTopics kafka) {
      Optional<Unchecked> outage =
          unchecked.stream().filter(each -> each.place() == Place.KAFKA).findFirst();
      if (outage.isPresent()) {
        unchecked.add(new Unchecked(Place.DEAD_LETTERS, outage.get().reason()));
        return Optional.empty();
      }
      return check(Place.DEAD_LETTERS, () -> kafka.deadLetters(id));
    }

    /** Searches a place; empty if the place does not answer. */
    private <T> Optional<T> check(Place place, Supplier<T> search) {
      try {
        T found = search.get();
        if (!checked.contains(place)) {
          checked.add(place);
        }
        return Optional.of(found);
      } catch (InterruptException e) {
        throw new QueryException(
            503, "store_unavailable", "The gateway is shutting down", "Ask another gateway");
      } catch (KafkaException e) {
        unchecked.add(new Unchecked(place, KafkaTrouble.what(e)));
      } catch (QueryException e) {
        unchecked.add(new Unchecked(place, e.detail()));
      }
      return Optional.empty();
    }

    private TraceResult stored(
        Stored event, Optional<Pending> pending, Optional<SpoolSearch.Found> spooled) {
      return new TraceResult(
          id,
          State.STORED,
          "The event is stored; GET /v1/events/%s shows it".formatted(id),
          Optional.of(event),
          pending,
          spooled,
          Optional.empty(),
          checked,
          unchecked);
    }

    private TraceResult result(
        State state,
        String detail,
        Optional<Pending> pending,
        Optional<SpoolSearch.Found> spooled,
        Optional<DeadLettered> letter) {
      return new TraceResult(
          id, state, detail, Optional.empty(), pending, spooled, letter, checked, unchecked);
    }

    private String unknown(
        Optional<Pending> pending,
        Optional<SpoolSearch.Found> spooled,
        Optional<DeadLetters> dead) {
      if (!unchecked.isEmpty()) {
        return "The event was not found, but some places did not answer: %s; ask again when they answer"
            .formatted(
                unchecked.stream()
                    .map(each -> each.place().label() + " (" + each.reason() + ")")
                    .collect(Collectors.joining(", ")));
      }
      if (!pending.map(Pending::complete).orElse(true)) {
        return "The event is not among the first %,d of %,d records that the workers have not stored; it may be among the later ones: ask again with its requestId, or when the lag is smaller"
            .formatted(pending.get().records(), pending.get().lag());
      }
      if (!spooled.map(SpoolSearch.Found::complete).orElse(true)) {
        return "The event was not found, and only a part of the spool was searched; ask again when"
            + " the spool is smaller";
      }
      if (!dead.map(DeadLetters::complete).orElse(true)) {
        return "The event was not found, and only the newest %,d dead letters were searched; log-worker dlq list shows all"
            .formatted(dead.get().records());
      }
      return "No place that this gateway can search has the event: it was never accepted, it is in"
          + " the spool of another gateway, or MongoDB deleted it after EVENT_RETENTION; to be"
          + " sure, post it again with the same eventId, which stores it once";
    }
  }

  private static String deadLettered(DeadLettered letter) {
    return "The event could not be stored (%s) and is a dead letter at %d:%d; log-worker dlq show %2$d:%3$d shows it, and log-worker dlq replay sends it again after the cause is removed"
        .formatted(letter.code().orElse(letter.reason()), letter.partition(), letter.offset());
  }

  private static String pending(Pending pending) {
    return "The event is in partition %d of Kafka, and the workers store %,d records before it; if it stays there, log-worker doctor finds the cause"
        .formatted(pending.partition().orElse(-1), pending.ahead().orElse(0));
  }

  private static String spooled(SpoolSearch.Found found) {
    return "The event is in the spool of this gateway since %s; the gateway sends it when Kafka or MongoDB accepts events again"
        .formatted(found.spooledAt().map(Object::toString).orElse("an unknown time"));
  }
}
