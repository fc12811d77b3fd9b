package io.wideevents.query.search;

import com.mongodb.client.model.Aggregates;
import io.wideevents.event.EventId;
import io.wideevents.query.TimeRange;
import io.wideevents.query.filter.Filter;
import io.wideevents.query.store.EventStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;

/**
 * Finds stored events, in pages. The order is by timestamp and then by id. MongoDB sorts by the
 * timestamp alone, which its indexes provide. If a page ends between events with the same
 * timestamp, a further query reads them in the order of their ids.
 *
 * <p>Blocks as {@link EventStore} does. Belongs to one request.
 */
public final class EventSearch {
  private static final int MAX_PAGE_BYTES = 8 * 1024 * 1024;
  private static final int MAX_OF_REQUEST = 1000;
  private static final String TIMESTAMP = "timestamp";
  private static final String ID = "_id";

  private final EventStore.Reads reads;

  /**
   * Some of the found events, in order. A page ends early after 8 MiB.
   *
   * @param next where the next page begins; empty on the last page
   */
  public record Page(List<RawBsonDocument> events, Optional<SearchCursor> next) {}

  /**
   * The events of a request, oldest first.
   *
   * @param truncated whether the request has more events
   */
  public record OfRequest(List<RawBsonDocument> events, boolean truncated) {}

  private record Query(Filter filter, TimeRange range, SearchOrder order) {
    BsonDocument and(BsonDocument condition) {
      return new BsonDocument("$and", new BsonArray(List.of(condition, filter.condition())));
    }
  }

  /**
   * @param more whether there are further events; the last event was then read only to know that
   */
  private record Batch(List<RawBsonDocument> events, boolean more) {
    List<RawBsonDocument> wanted() {
      return more ? events.subList(0, events.size() - 1) : events;
    }
  }

  public EventSearch(EventStore.Reads reads) {
    this.reads = reads;
  }

  /** The first page, of at most {@code limit} events. */
  public Page first(Filter filter, TimeRange range, SearchOrder order, int limit) {
    return page(List.of(), new Query(filter, range, order), range.condition(), limit);
  }

  /** The page after another one of the same filter, of at most {@code limit} events. */
  public Page after(SearchCursor last, Filter filter, int limit) {
    Query query = new Query(filter, last.range(), last.order());
    String beyond = last.order().beyond();
    BsonDateTime time = new BsonDateTime(last.timestampMillis());
    Batch sameTime =
        read(
            sameTime(query, time, new BsonDocument(ID, new BsonDocument(beyond, last.binaryId()))),
            limit);
    if (sameTime.more()) {
      return endingHere(sameTime.wanted(), query);
    }
    BsonDocument later = last.range().condition();
    later.getDocument(TIMESTAMP).append(beyond, time);
    return page(sameTime.events(), query, later, limit - sameTime.events().size());
  }

  /** The event with the id; empty if none is stored. */
  public Optional<BsonDocument> byId(EventId id) {
    BsonDocument condition = new BsonDocument(ID, new BsonBinary(id.value()));
    return reads.aggregate(List.of(Aggregates.match(condition)), 1).stream().findFirst();
  }

  /** The events of a request, of all services. */
  public OfRequest ofRequest(String requestId) {
    BsonDocument condition = new BsonDocument("requestId", new BsonString(requestId));
    Batch found =
        read(
            List.of(
                Aggregates.match(condition),
                Aggregates.sort(
                    new BsonDocument(TIMESTAMP, SearchOrder.ASC.direction())
                        .append(ID, SearchOrder.ASC.direction()))),
            MAX_OF_REQUEST);
    return new OfRequest(found.wanted(), found.more());
  }

  /**
   * @param before events of the page that are known already
   * @param range which timestamps the further events have
   */
  private Page page(List<RawBsonDocument> before, Query query, BsonDocument range, int limit) {
    Batch batch =
        read(
            List.of(
                Aggregates.match(query.and(range)),
                Aggregates.sort(new BsonDocument(TIMESTAMP, query.order().direction()))),
            limit);
    List<RawBsonDocument> events = new ArrayList<>(before);
    List<RawBsonDocument> wanted = batch.wanted();
    if (!batch.more()) {
      events.addAll(sorted(wanted, query.order()));
      return new Page(events, Optional.empty());
    }
    if (!wanted.isEmpty() && time(wanted.getLast()).equals(time(batch.events().getLast()))) {
      // The page ends between events with the same timestamp: MongoDB may have returned any.
      BsonDateTime last = time(wanted.getLast());
      List<RawBsonDocument> earlier =
          wanted.stream().filter(event -> !time(event).equals(last)).toList();
      int missing = wanted.size() - earlier.size();
      events.addAll(sorted(earlier, query.order()));
      events.addAll(read(sameTime(query, last, new BsonDocument()), missing).wanted());
    } else {
      events.addAll(sorted(wanted, query.order()));
    }
    return endingHere(events, query);
  }

  private static Page endingHere(List<RawBsonDocument> events, Query query) {
    return new Page(
        events,
        events.isEmpty()
            ? Optional.empty()
            : Optional.of(SearchCursor.after(events.getLast(), query.range(), query.order())));
  }

  private static List<Bson> sameTime(Query query, BsonDateTime time, BsonDocument ids) {
    return List.of(
        Aggregates.match(query.and(TimeRange.condition(time.getValue(), time.getValue() + 1))),
        Aggregates.match(ids),
        Aggregates.sort(new BsonDocument(ID, query.order().direction())));
  }

  /** Reads events up to the limits of number and bytes, and one more. */
  private Batch read(List<? extends Bson> pipeline, int limit) {
    List<Bson> limited = new ArrayList<>(pipeline);
    limited.add(Aggregates.limit(limit + 1));
    List<RawBsonDocument> events = new ArrayList<>();
    int[] bytes = {0};
    reads.forEachWhile(
        limited,
        event -> {
          int size = event.getByteBuffer().remaining();
          reads.reserve(size);
          events.add(event);
          bytes[0] += size;
          return events.size() <= limit && !isTooLarge(events, bytes[0]);
        });
    return new Batch(events, events.size() > limit || isTooLarge(events, bytes[0]));
  }

  private static boolean isTooLarge(List<?> events, int bytes) {
    return events.size() > 1 && bytes > MAX_PAGE_BYTES;
  }

  private static List<RawBsonDocument> sorted(List<RawBsonDocument> events, SearchOrder order) {
    return events.stream().sorted(order.comparator()).toList();
  }

  private static BsonDateTime time(BsonDocument event) {
    BsonValue time = event.get(TIMESTAMP);
    return time instanceof BsonDateTime date ? date : new BsonDateTime(0);
  }
}
