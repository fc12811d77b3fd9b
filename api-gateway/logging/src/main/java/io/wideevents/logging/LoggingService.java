package io.wideevents.logging;

import io.wideevents.codec.FieldRules;
import io.wideevents.delivery.LoggerPort;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Begins and finalizes the wide events of a service's own requests.
 *
 * <p>A request's event is finalized exactly once, by the first of its possible ends: answered,
 * failed, timed out, or aborted by the client. With {@link #queued} the request does not wait:
 * other threads encode and deliver the event. No method throws an exception of the library into a
 * request.
 *
 * <p>Safe for concurrent use. The creator of the service closes it before it closes the given
 * tiers, which the service does not close.
 */
public final class LoggingService implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LoggingService.class);
  private static final int MAX_ID_LENGTH = 128;

  /** The longest registered method has 17 characters. */
  private static final int MAX_METHOD_LENGTH = 32;

  private final LoggingCounters counters;
  private final FieldRules rules;
  private final EventHandOff handOff;
  private final InstantSource clock;
  private final boolean inMdc;

  private LoggingService(Parts parts, EventHandOff handOff, InstantSource clock) {
    this.counters = parts.counters;
    this.rules = parts.rules;
    this.handOff = handOff;
    this.clock = clock;
    this.inMdc = parts.settings.inMdc();
  }

  /** What the hand-off of a service shares with the service. */
  private record Parts(LoggingSettings settings, LoggingCounters counters, FieldRules rules) {
    static Parts of(LoggingSettings settings) {
      FieldRules rules = new FieldRules(settings.rules());
      initializeClasses(rules, settings.inMdc());
      return new Parts(settings, new LoggingCounters(settings.sampling()), rules);
    }

    QueuedHandOff queue(LoggerPort delivery, @Nullable LoggerPort spool) {
      return new QueuedHandOff(settings, rules, counters, delivery, spool);
    }
  }

  /**
   * Builds an event that uses every kind of field, and discards it. The JVM never retries the
   * initialization of a class that failed once. Without this call, a stack overflow in the handler
   * of the first request could make classes of the library and of the JDK unusable until the
   * process ends.
   */
  @SuppressWarnings("try") // Only the close of the resources is needed.
  private static void initializeClasses(FieldRules rules, boolean inMdc) {
    RequestRecord request =
        new RequestRecord("start", RequestIds.make(), 0, rules.newFields(), new LongAdder(), inMdc);
    LoggingContext context = new LoggingContext(request);
    try (LoggingContext.Binding binding = context.bind();
        LoggingContext.Timing timing = context.time("start")) {
      LoggingContext.current()
          .user(1, "start")
          .stage("start")
          .set("map", Map.of("items", List.of(BigDecimal.ONE, Instant.EPOCH, TimeUnit.DAYS)))
          .set("user", Map.of("id", "start"))
          .set("requestId", "reserved")
          .set("ratio", Double.NaN)
          .set(null, null)
          .error(new IllegalStateException("start"));
    }
    FinalizedRequest ended = request.finish(Ending.TIMED_OUT, 0);
    if (ended != null) {
      var unused = rules.newComposer().compose(ended.fields(), ended.head("start"), null);
    }
  }

  /**
   * Creates a service that delivers events without making the request wait. A kill -9 loses the
   * events that were finalized last: see {@link LoggingStats#durableAfterP99}.
   *
   * @param delivery the tiers
   * @param spool stores the events that exceed the capacity of the queue to the tiers, or that no
   *     tier acknowledges
   */
  public static LoggingService queued(
      LoggingSettings settings, LoggerPort delivery, LoggerPort spool, InstantSource clock) {
    Parts parts = Parts.of(settings);
    return new LoggingService(parts, parts.queue(delivery, spool), clock);
  }

  /**
   * Like {@link #queued(LoggingSettings, LoggerPort, LoggerPort, InstantSource)}, without a spool.
   * An event that exceeds the capacity of the queue, or that the delivery does not acknowledge, is
   * dropped, counted and logged.
   */
  public static LoggingService queued(
      LoggingSettings settings, LoggerPort delivery, InstantSource clock) {
    Parts parts = Parts.of(settings);
    return new LoggingService(parts, parts.queue(delivery, null), clock);
  }

  /**
   * Creates a service whose requests end only after a tier has acknowledged their event. If that
   * tier is the spool, the spool is a journal that is written before the reply.
   *
   * @param first the tier that requests wait for
   * @param delivery the tiers for events that the first tier does not acknowledge
   * @param spool as for {@link #queued(LoggingSettings, LoggerPort, LoggerPort, InstantSource)}
   */
  public static LoggingService waiting(
      LoggingSettings settings,
      LoggerPort first,
      LoggerPort delivery,
      LoggerPort spool,
      InstantSource clock) {
    Parts parts = Parts.of(settings);
    return new LoggingService(parts, waiting(parts, first, parts.queue(delivery, spool)), clock);
  }

  /**
   * Like {@link #waiting(LoggingSettings, LoggerPort, LoggerPort, LoggerPort, InstantSource)},
   * without a spool. An event that neither the first tier nor the delivery acknowledges is dropped,
   * counted and logged.
   */
  public static LoggingService waiting(
      LoggingSettings settings, LoggerPort first, LoggerPort delivery, InstantSource clock) {
    Parts parts = Parts.of(settings);
    return new LoggingService(parts, waiting(parts, first, parts.queue(delivery, null)), clock);
  }

  private static WaitingHandOff waiting(Parts parts, LoggerPort first, QueuedHandOff otherwise) {
    return new WaitingHandOff(first, parts.settings, parts.rules, parts.counters, otherwise);
  }

  /**
   * Begins a request. Does not bind the context to the thread: see {@link LoggingContext#bind}.
   *
   * @param requestId cut to 128 characters; generated if null or blank
   * @param traceId 32 hex digits; null or blank when unknown
   */
  public LoggingContext begin(@Nullable String requestId, @Nullable String traceId) {
    String id = cut(requestId);
    String trace = cut(traceId);
    return new LoggingContext(
        new RequestRecord(
            id.isBlank() ? RequestIds.make() : id,
            trace.isBlank() ? null : trace,
            now(),
            rules.newFields(),
            counters.lateWrites,
            inMdc));
  }

  /**
   * Begins an HTTP request, for the adapters of web frameworks. The request id is the header if it
   * has a safe form, else the trace id, else generated. Sets the field {@code http.method}.
   *
   * @param method cut to 32 characters
   * @param requestIdHeader the header {@link RequestIds#HEADER}; null when it is absent
   * @param traceparent the header {@code traceparent}; null when it is absent
   */
  public LoggingContext beginHttp(
      @Nullable String method, @Nullable String requestIdHeader, @Nullable String traceparent) {
    Optional<String> trace = RequestIds.traceId(traceparent);
    String id = RequestIds.accepted(requestIdHeader).or(() -> trace).orElseGet(RequestIds::make);
    // A method may be as long as the server's limit of a request line.
    String sent = method == null ? "" : method;
    return begin(id, trace.orElse(null))
        .set(
            "http.method",
            sent.length() > MAX_METHOD_LENGTH ? sent.substring(0, MAX_METHOD_LENGTH) : sent);
  }

  private static String cut(@Nullable String id) {
    if (id == null || id.length() <= MAX_ID_LENGTH) {
      return id == null ? "" : id;
    }
    boolean cutsPair = Character.isHighSurrogate(id.charAt(MAX_ID_LENGTH - 1));
    return id.substring(0, cutsPair ? MAX_ID_LENGTH - 1 : MAX_ID_LENGTH);
  }

  private long now() {
    try {
      return clock.millis();
    } catch (Throwable e) {
      // The given clock failed. The request must not fail because of it.
      return System.currentTimeMillis();
    }
  }

  /**
   * Ends a request and delivers its event. Does nothing if the request has ended before. Blocks
   * only if {@link #waits}. Never throws: an event that cannot be processed, for example because
   * memory is exhausted, is counted as dropped.
   *
   * @param context null for no request
   * @param ending null for {@link Ending#ANSWERED}
   * @return whether this call ended the request
   */
  public boolean complete(@Nullable LoggingContext context, @Nullable Ending ending) {
    return complete(context, ending, handOff::take);
  }

  /**
   * Like {@link #complete}, for requests that a stopping host ends one after the other. If {@link
   * #waits} and the tier does not answer, all of these requests together block for one delivery
   * timeout; their events then go to the queue.
   */
  public boolean completeAtStop(@Nullable LoggingContext context, @Nullable Ending ending) {
    return complete(context, ending, handOff::takeAtStop);
  }

  private boolean complete(
      @Nullable LoggingContext context,
      @Nullable Ending ending,
      Consumer<FinalizedRequest> handingOff) {
    RequestRecord request = context == null ? null : context.request();
    if (request == null) {
      return false;
    }
    FinalizedRequest ended = null;
    try {
      ended = request.finish(ending == null ? Ending.ANSWERED : ending, now());
      if (ended == null) {
        return false;
      }
      counters.finalized.increment();
      handingOff.accept(ended);
    } catch (Throwable e) {
      if (ended == null) {
        counters.finalized.increment();
      }
      counters.dropped(DropReason.NOT_ENCODED, 1);
    }
    return true;
  }

  /**
   * Runs work that is not an HTTP request, such as a job or a message, as a request that ends with
   * the work.
   *
   * @param route describes the work, such as {@code job nightly-recount}
   * @throws Exception the exception of the work, recorded as the event's error
   * @throws NullPointerException if the work is null, recorded in the same way
   */
  public <T extends @Nullable Object> T call(@Nullable String route, Callable<T> work)
      throws Exception {
    LoggingContext context = begin(RequestIds.make(), null).route(route);
    LoggingContext.Binding binding = context.bind();
    try {
      return work.call();
    } catch (Throwable e) {
      var unused = context.error(e);
      throw e;
    } finally {
      binding.close();
      complete(context, Ending.ANSWERED);
    }
  }

  /** Whether {@link #complete} blocks until the event is durable. */
  public boolean waits() {
    return handOff.waits();
  }

  /** The counters of this process's events so far. */
  public LoggingStats stats() {
    return counters.snapshot(handOff.queuedBytes());
  }

  /**
   * Rejects further events and makes the accepted ones durable. Waits for the tiers for an eighth
   * of the close timeout. Then writes the events that the tiers have not acknowledged to the spool
   * as well, and waits for the spool for the rest of the timeout. Logs the events that have no
   * outcome then; they may become durable while tiers and spool are closed. Requests that end later
   * are counted as dropped. Idempotent. An interrupt does not shorten the wait.
   */
  @Override
  public void close() {
    handOff.close();
    long waiting = stats().inFlight();
    if (waiting > 0) {
      log.atWarn()
          .addKeyValue("events", waiting)
          .log(
              "Neither the tiers nor the spool have acknowledged events of this process yet; they"
                  + " are lost unless one of them still confirms them");
    }
  }

  /**
   * Counts and logs the events without an outcome as dropped. Call after tiers and spool are
   * closed.
   *
   * @return number of these events
   */
  public long countLost() {
    long lost = handOff.countLost();
    if (lost > 0) {
      log.atError()
          .addKeyValue("events", lost)
          .log("Closed, and neither a tier nor the spool confirmed events of this process");
    }
    return lost;
  }
}
