package io.wideevents.logging;

import io.wideevents.codec.FieldRules;
import io.wideevents.delivery.LoggerPort;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
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
 * <p>Each request's event is finalized exactly once, whichever of its ends comes first - answered,
 * failed, timed out, given up by the client - and handed off without making the request wait:
 * encoding and delivery happen on threads of their own. Nothing here throws into a request.
 *
 * <p>Safe for concurrent use. Closed by whoever made it, before the tiers it was given, which it
 * does not close.
 */
public final class LoggingService implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(LoggingService.class);
  private static final int MAX_ID_LENGTH = 128;

  private final LoggingCounters counters;
  private final FieldRules rules;
  private final EventHandOff handOff;
  private final InstantSource clock;

  private LoggingService(
      LoggingCounters counters, FieldRules rules, EventHandOff handOff, InstantSource clock) {
    this.counters = counters;
    this.rules = rules;
    this.handOff = handOff;
    this.clock = clock;
  }

  /**
   * Makes an event in each way there is, and discards it. The JVM never initializes a class again
   * whose first initialization failed. Without this, a handler that overflows its stack in the
   * first request could make classes of the library, and of the JDK, unusable for the life of the
   * process.
   */
  @SuppressWarnings("try") // A resource is held by being open.
  private static void initializeClasses(FieldRules rules) {
    RequestRecord request =
        new RequestRecord("start", RequestIds.make(), 0, rules.newFields(), new LongAdder());
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
   * A service that hands off without waiting. A kill -9 loses what was finalized in the last
   * moments: see {@link LoggingStats#durableAfterP99}.
   *
   * @param delivery the tiers
   * @param spool takes what finds no room on the way to the tiers
   */
  public static LoggingService queued(
      LoggingSettings settings, LoggerPort delivery, LoggerPort spool, InstantSource clock) {
    LoggingCounters counters = new LoggingCounters(settings.sampling());
    FieldRules rules = new FieldRules(settings.rules());
    initializeClasses(rules);
    return new LoggingService(
        counters, rules, new QueuedHandOff(settings, rules, counters, delivery, spool), clock);
  }

  /**
   * A service whose requests end only after one tier has confirmed their event: with the spool as
   * that tier, a journal written before the reply.
   *
   * @param first the tier that is waited for
   * @param delivery the tiers that take what the first does not confirm
   * @param spool as for {@link #queued}
   */
  public static LoggingService waiting(
      LoggingSettings settings,
      LoggerPort first,
      LoggerPort delivery,
      LoggerPort spool,
      InstantSource clock) {
    LoggingCounters counters = new LoggingCounters(settings.sampling());
    FieldRules rules = new FieldRules(settings.rules());
    initializeClasses(rules);
    return new LoggingService(
        counters,
        rules,
        new WaitingHandOff(
            first,
            settings,
            rules,
            counters,
            new QueuedHandOff(settings, rules, counters, delivery, spool)),
        clock);
  }

  /**
   * Begins a request. The context is not bound to the thread: see {@link LoggingContext#bind}.
   *
   * @param requestId cut to 128 characters; made when it is null or blank
   * @param traceId 32 hex digits; null or blank when none is known
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
            counters.lateWrites));
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
      // A clock that was given; the request must not fail for it.
      return System.currentTimeMillis();
    }
  }

  /**
   * Ends a request and hands its event off; does nothing if it has ended before. Blocks only if
   * {@link #waits}. Throws nothing: an event that cannot be handed off, such as for want of memory,
   * is counted as dropped.
   *
   * @param context null is no request
   * @param ending null is {@link Ending#ANSWERED}
   * @return whether this call was the one that ended it
   */
  public boolean complete(@Nullable LoggingContext context, @Nullable Ending ending) {
    return complete(context, ending, handOff::take);
  }

  /**
   * As {@link #complete}, for requests that a host ends one after the other because it stops. If
   * {@link #waits}, all of them together block for the delivery timeout once while the tier does
   * not answer; their events then take the queue.
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
   * Runs work that no HTTP request stands for, such as a job or a message, as a request of its own,
   * and ends it with the work.
   *
   * @param route what it is, such as {@code job nightly-recount}
   * @throws Exception what the work throws, noted as the event's error; nothing else
   * @throws NullPointerException if there is no work, noted in the same way
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

  /** Whether {@link #complete} waits until the event is durable. */
  public boolean waits() {
    return handOff.waits();
  }

  /** What became of this process's events so far. */
  public LoggingStats stats() {
    return counters.snapshot(handOff.queuedBytes());
  }

  /**
   * Hands off nothing more. What the tiers do not confirm within an eighth of the time to close
   * goes to the spool as well, and this waits for the spool in the rest of that time. An event that
   * then has no answer is logged; it may become durable while tiers and spool are closed.
   * Idempotent; on an interrupted thread as well. Requests that end later are counted as dropped.
   */
  @Override
  public void close() {
    handOff.close();
    long waiting = stats().inFlight();
    if (waiting > 0) {
      log.atWarn()
          .addKeyValue("events", waiting)
          .log(
              "Neither the tiers nor the spool have answered for events of this process yet; they"
                  + " are lost unless one of them still confirms them");
    }
  }

  /**
   * Counts as dropped, and logs, events that have no answer; to be called when tiers and spool are
   * closed.
   *
   * @return how many events that were
   */
  long countLost() {
    long lost = handOff.countLost();
    if (lost > 0) {
      log.atError()
          .addKeyValue("events", lost)
          .log("Closed, and neither a tier nor the spool confirmed events of this process");
    }
    return lost;
  }
}
