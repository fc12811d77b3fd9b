package io.wideevents.query.http;

import io.javalin.http.Context;
import io.wideevents.codec.EventJson;
import io.wideevents.event.EventId;
import io.wideevents.query.QueryException;
import io.wideevents.query.TimeRange;
import io.wideevents.query.filter.Filter;
import io.wideevents.query.search.EventSearch;
import io.wideevents.query.search.EventSearch.Page;
import io.wideevents.query.search.SearchCursor;
import io.wideevents.query.search.SearchOrder;
import io.wideevents.query.store.EventStore;
import java.io.IOException;
import java.io.OutputStream;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.bson.BsonDocument;
import tools.jackson.core.JsonGenerator;

/** Answers with stored events: a page or a stream of them, one event, or those of a request. */
final class SearchHandler {
  private static final String NDJSON = "application/x-ndjson";
  private static final int DEFAULT_LIMIT = 100;
  private static final int MAX_LIMIT = 1000;
  private static final int MAX_STREAMED = 100_000;
  private static final int MAX_REQUEST_ID = 1024;

  private final EventStore store;
  private final InstantSource clock;
  private final Predicate<Context> admitted;

  /**
   * What one request asks for; the range and the order are those of the cursor, if there is one.
   */
  private record Wanted(
      Filter filter, TimeRange range, SearchOrder order, Optional<SearchCursor> after, int limit) {
    Page page(EventStore.Reads reads, Optional<SearchCursor> last, int atMost) {
      EventSearch search = new EventSearch(reads);
      return last.map(cursor -> search.after(cursor, filter, atMost))
          .orElseGet(() -> search.first(filter, range, order, atMost));
    }
  }

  /**
   * @param admitted whether the caller may still read events
   */
  SearchHandler(EventStore store, InstantSource clock, Predicate<Context> admitted) {
    this.store = store;
    this.clock = clock;
    this.admitted = admitted;
  }

  void list(Context ctx) throws IOException {
    boolean isStream = isNdjson(ctx);
    Wanted wanted = wanted(ctx, isStream ? MAX_STREAMED : MAX_LIMIT);
    if (isStream) {
      stream(ctx, wanted);
    } else {
      try (EventStore.Reads reads = store.reads()) {
        Page page = wanted.page(reads, wanted.after(), wanted.limit());
        JsonReply.send(
            ctx,
            json -> {
              json.writeStringProperty("from", wanted.range().from().toString());
              json.writeStringProperty("to", wanted.range().to().toString());
              JsonReply.events(json, page.events());
              writeNext(json, page.next());
            });
      }
    }
  }

  void one(Context ctx) {
    new QueryParameters(ctx);
    EventId id = eventId(ctx.pathParam("eventId"));
    try (EventStore.Reads reads = store.reads()) {
      BsonDocument event =
          new EventSearch(reads)
              .byId(id)
              .orElseThrow(
                  () ->
                      new QueryException(
                          404,
                          "event_not_found",
                          "No event with this id is stored",
                          "Ask for /v1/events/%s/trace, which shows where it is".formatted(id)));
      ctx.contentType(JsonReply.MEDIA_TYPE);
      EventJson.write(event, new ReplyOutput(ctx));
    }
  }

  void ofRequest(Context ctx) {
    new QueryParameters(ctx);
    String requestId = ctx.pathParam("requestId");
    if (requestId.length() > MAX_REQUEST_ID) {
      throw QueryException.parameterInvalid(
          "The request id is longer than %d characters".formatted(MAX_REQUEST_ID),
          "Send a request id of an event");
    }
    try (EventStore.Reads reads = store.reads()) {
      EventSearch.OfRequest found = new EventSearch(reads).ofRequest(requestId);
      JsonReply.send(
          ctx,
          json -> {
            json.writeStringProperty("requestId", requestId);
            JsonReply.events(json, found.events());
            json.writeBooleanProperty("truncated", found.truncated());
          });
    }
  }

  /**
   * @throws QueryException {@code parameter_invalid} if the text is not an event id
   */
  static EventId eventId(String text) {
    try {
      return EventId.parse(text);
    } catch (IllegalArgumentException e) {
      throw QueryException.parameterInvalid(
          "The path does not contain an event id",
          "Write the whole id, such as /v1/events/0192f0c1-2b4d-4f6e-9a1b-2c3d4e5f6071");
    }
  }

  private Wanted wanted(Context ctx, int most) {
    QueryParameters given =
        new QueryParameters(ctx, "filter", "from", "to", "limit", "order", "cursor");
    Filter filter = given.filter();
    int limit = given.limit(DEFAULT_LIMIT, most);
    String cursor = given.text("cursor");
    if (cursor != null) {
      SearchCursor after = SearchCursor.decode(cursor);
      return new Wanted(filter, after.range(), after.order(), Optional.of(after), limit);
    }
    return new Wanted(
        filter, given.range(clock), order(given.text("order", "desc")), Optional.empty(), limit);
  }

  private static SearchOrder order(String text) {
    return switch (text) {
      case "desc" -> SearchOrder.DESC;
      case "asc" -> SearchOrder.ASC;
      default ->
          throw QueryException.parameterInvalid(
              "order is neither desc nor asc",
              "Send order=desc for the newest events first, or order=asc");
    };
  }

  private static boolean isNdjson(Context ctx) {
    String accept = ctx.header("Accept");
    return accept != null && accept.toLowerCase(Locale.ROOT).contains(NDJSON);
  }

  /**
   * Reads and writes page by page, so that a slow client keeps no query of MongoDB waiting. Each
   * page has its own time limit.
   */
  private void stream(Context ctx, Wanted wanted) throws IOException {
    Optional<SearchCursor> next = wanted.after();
    int written = 0;
    ReplyOutput out = null;
    do {
      try (EventStore.Reads reads = store.reads()) {
        if (out != null && !admitted.test(ctx)) {
          throw new QueryException(
              401,
              "key_unknown",
              "The key of this request was deleted",
              "Send the request again with another key, or ask for the remaining range");
        }
        Page page = wanted.page(reads, next, Math.min(wanted.limit() - written, MAX_LIMIT));
        if (out == null) {
          ctx.contentType(NDJSON);
          out = new ReplyOutput(ctx);
        }
        out.nextPart();
        write(out, page);
        written += page.events().size();
        next = page.next();
      } catch (QueryException e) {
        if (out == null) {
          throw e;
        }
        // The status is sent already.
        out.nextPart();
        writeLast(out, "_problem", json -> ProblemReply.writeTo(json, e));
        return;
      }
    } while (next.isPresent() && written < wanted.limit());
    writeEnd(out, written, next);
  }

  private static void writeEnd(OutputStream out, int events, Optional<SearchCursor> next)
      throws IOException {
    writeLast(
        out,
        "_page",
        json -> {
          json.writeNumberProperty("events", events);
          writeNext(json, next);
        });
  }

  private static void write(OutputStream out, Page page) throws IOException {
    for (BsonDocument event : page.events()) {
      out.write(EventJson.toBytes(event));
      out.write('\n');
    }
  }

  private static void writeLast(OutputStream out, String name, Consumer<JsonGenerator> fields)
      throws IOException {
    out.write(
        JsonReply.object(
            json -> {
              json.writeObjectPropertyStart(name);
              fields.accept(json);
              json.writeEndObject();
            }));
    out.write('\n');
  }

  private static void writeNext(JsonGenerator json, Optional<SearchCursor> next) {
    next.ifPresent(cursor -> json.writeStringProperty("next", cursor.encoded()));
  }
}
