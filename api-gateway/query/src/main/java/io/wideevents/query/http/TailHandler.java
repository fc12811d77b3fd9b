package io.wideevents.query.http;

import io.javalin.http.Context;
import io.wideevents.codec.EventJson;
import io.wideevents.query.QueryException;
import io.wideevents.query.filter.Filter;
import io.wideevents.query.store.EventStore;
import io.wideevents.query.store.EventTail;
import io.wideevents.query.store.EventTail.Change;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Answers with the events that are stored from now on, as server-sent events. The reply ends when
 * the client closes the connection, when its key is deleted, when MongoDB fails, and when the
 * gateway stops.
 */
final class TailHandler implements AutoCloseable {
  private static final int MAX_EVENTS_PER_SECOND = 50;
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  // Only a write shows that the client has closed the connection. Until then the tail has a place.
  private static final long KEEP_ALIVE = SECOND;
  // Limits the time until the reply notices that the gateway stops.
  private static final Duration MAX_POLL = Duration.ofMillis(200);
  private static final String RETRY_MILLIS = "3000";
  private static final Pattern TOKEN = Pattern.compile("[0-9A-Fa-f]{2,2000}");

  private final EventStore store;
  private final Predicate<Context> admitted;
  private volatile boolean closed;

  /**
   * @param admitted whether the caller may still read events
   */
  TailHandler(EventStore store, Predicate<Context> admitted) {
    this.store = store;
    this.admitted = admitted;
  }

  void handle(Context ctx) throws IOException, InterruptedException {
    Filter filter = new QueryParameters(ctx, "filter").filter();
    String after = lastEventId(ctx);
    try (EventTail tail = store.tail(filter.condition(EventTail.PREFIX), after)) {
      ctx.contentType("text/event-stream");
      // A proxy that buffers the reply would delay the events.
      ctx.header("X-Accel-Buffering", "no");
      // The stream of Javalin does not forward a flush.
      OutputStream out = ctx.res().getOutputStream();
      try {
        send(tail, out, ctx);
      } catch (QueryException e) {
        // The status is sent already. The client can open the tail again after its last event.
        write(out, "event: problem\ndata: ");
        out.write(JsonReply.object(json -> ProblemReply.writeTo(json, e)));
        write(out, "\n\n");
      }
    }
  }

  /** Ends all open tails within a fraction of a second, and later ones immediately. Idempotent. */
  @Override
  public void close() {
    closed = true;
  }

  private void send(EventTail tail, OutputStream out, Context ctx)
      throws IOException, InterruptedException {
    write(out, "retry: " + RETRY_MILLIS + "\nid: " + tail.firstToken() + "\n\n");
    out.flush();
    Second second = new Second();
    long written = System.nanoTime();
    while (!closed) {
      Change change = tail.poll(MAX_POLL);
      if (second.isOver() && !admitted.test(ctx)) {
        return;
      }
      boolean isWritten = second.endIfOver(out);
      if (change != null && second.admits(change)) {
        write(out, "id: " + change.token() + "\nevent: wide-event\ndata: ");
        out.write(EventJson.toBytes(change.event()));
        write(out, "\n\n");
        isWritten = true;
      }
      if (!isWritten && System.nanoTime() - written >= KEEP_ALIVE) {
        write(out, ": keep-alive\n\n");
        isWritten = true;
      }
      if (isWritten) {
        written = System.nanoTime();
        out.flush();
      }
    }
  }

  private static @Nullable String lastEventId(Context ctx) {
    String given = ctx.header("Last-Event-ID");
    if (given == null || given.isEmpty()) {
      return null;
    }
    if (!TOKEN.matcher(given).matches()) {
      throw QueryException.parameterInvalid(
          "Last-Event-ID is not the id of an event of a tail",
          "Send the id of the last event unchanged, or leave the header out");
    }
    return given;
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Counts the events of one second. */
  private static final class Second {
    private long start = System.nanoTime();
    private int events;
    private String lastToken = "";

    /** Whether the event is among the first of the second. */
    boolean admits(Change change) {
      events++;
      lastToken = change.token();
      return events <= MAX_EVENTS_PER_SECOND;
    }

    boolean isOver() {
      return System.nanoTime() - start >= SECOND;
    }

    /** Begins the next second, and reports the skipped events of the last one. */
    boolean endIfOver(OutputStream out) throws IOException {
      if (!isOver()) {
        return false;
      }
      int skipped = events - MAX_EVENTS_PER_SECOND;
      if (skipped > 0) {
        write(
            out, "id: %s\nevent: skipped\ndata: {\"events\":%d}\n\n".formatted(lastToken, skipped));
      }
      start = System.nanoTime();
      events = 0;
      return skipped > 0;
    }
  }
}
