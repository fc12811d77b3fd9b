package io.wideevents.logging;

import io.wideevents.codec.CopiedField;
import io.wideevents.codec.EventFields;
import io.wideevents.event.ProblemCode;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The state of a {@link LoggingContext}. The state can be changed until the request is finalized,
 * which happens once.
 *
 * <p>Safe for concurrent use. No code of the service runs while the lock is held, because values
 * are copied before. Under the lock only a few references are moved, so callers wait only briefly.
 */
final class RequestRecord {
  static final String UNMATCHED = "unmatched";

  /**
   * Maximum length of the names of routes, stages and timings. A longer name is probably not a
   * constant.
   */
  static final int MAX_NAME_LENGTH = 256;

  private static final int FINALIZED = -1;
  private static final double NANOS_PER_MILLI = 1_000_000;

  private final String requestId;
  private final @Nullable String traceId;
  private final long beganAtMillis;
  private final long beganAtNanos;
  private final EventFields fields;
  private final LongAdder lateWrites;
  private final boolean inMdc;

  private String route = UNMATCHED;
  private @Nullable String stage;
  private long stageBeganAtNanos;
  private boolean isFinalized;

  RequestRecord(
      String requestId,
      @Nullable String traceId,
      long beganAtMillis,
      EventFields fields,
      LongAdder lateWrites,
      boolean inMdc) {
    this.requestId = requestId;
    this.traceId = traceId;
    this.beganAtMillis = beganAtMillis;
    this.beganAtNanos = System.nanoTime();
    this.fields = fields;
    this.lateWrites = lateWrites;
    this.inMdc = inMdc;
  }

  static double millis(long nanos) {
    return nanos / NANOS_PER_MILLI;
  }

  String requestId() {
    return requestId;
  }

  /** Whether the request's id is in the MDC while its context is bound. */
  boolean inMdc() {
    return inMdc;
  }

  Optional<String> traceId() {
    return Optional.ofNullable(traceId);
  }

  /** Whether an error's code or message is set. Other error fields alone do not count. */
  synchronized boolean hasError() {
    return fields.has("error.code") || fields.has("error.message");
  }

  /** Sets a field. Copies the value before the lock is taken. */
  void set(@Nullable String path, @Nullable Object value) {
    int memoryLeft = EventFields.isPlain(value) ? fields.initialMemory() : memoryLeft();
    if (memoryLeft == FINALIZED) {
      // Does not read the value.
      lateWrites.increment();
    } else {
      put(fields.copy(path, value, memoryLeft));
    }
  }

  /** Copies a text that is stored together with other fields. */
  CopiedField copy(String path, @Nullable String text) {
    return fields.copy(path, text, fields.initialMemory());
  }

  synchronized void put(CopiedField copy) {
    if (isFinalized) {
      lateWrites.increment();
    } else {
      fields.put(copy);
    }
  }

  /** Stores several fields atomically. */
  synchronized void put(CopiedField... copies) {
    if (isFinalized) {
      lateWrites.increment();
      return;
    }
    for (CopiedField copy : copies) {
      fields.put(copy);
    }
  }

  synchronized void add(String path, double millis) {
    if (isFinalized) {
      lateWrites.increment();
    } else {
      fields.add(path, millis);
    }
  }

  synchronized void drop(String path, ProblemCode why) {
    if (isFinalized) {
      lateWrites.increment();
    } else {
      fields.drop(path, why);
    }
  }

  private synchronized int memoryLeft() {
    return isFinalized ? FINALIZED : fields.memoryLeft();
  }

  /** Sets the route. A null or blank route changes nothing. */
  void route(@Nullable String given) {
    String newRoute = given == null || given.isBlank() ? null : cut(given);
    synchronized (this) {
      if (isFinalized) {
        lateWrites.increment();
      } else if (newRoute != null) {
        route = newRoute;
      }
    }
  }

  /**
   * Begins a stage. A name that is null, blank or too long is recorded and changes nothing else.
   */
  void stage(@Nullable String name) {
    ProblemCode problem = problemOf(name);
    if (problem != null) {
      drop("stage", problem);
      return;
    }
    CopiedField copy = copy("stage", name);
    synchronized (this) {
      if (isFinalized) {
        lateWrites.increment();
        return;
      }
      long now = System.nanoTime();
      endStage(now);
      stage = name;
      stageBeganAtNanos = now;
      fields.put(copy);
    }
  }

  /** Why a text cannot be the name of a stage or timing; null if it can. */
  static @Nullable ProblemCode problemOf(@Nullable String name) {
    if (name == null || name.isBlank()) {
      return ProblemCode.BLANK;
    }
    return name.length() > MAX_NAME_LENGTH ? ProblemCode.TOO_LONG : null;
  }

  private static String cut(String text) {
    return text.length() <= MAX_NAME_LENGTH ? text : text.substring(0, MAX_NAME_LENGTH);
  }

  /**
   * Finalizes the request. Only the first call has an effect.
   *
   * @param finalizedAtMillis the current time, in milliseconds since the epoch
   * @return the ended request; null when it was finalized before
   */
  synchronized @Nullable FinalizedRequest finish(Ending ending, long finalizedAtMillis) {
    if (isFinalized) {
      return null;
    }
    isFinalized = true;
    long now = System.nanoTime();
    endStage(now);
    switch (ending) {
      case ANSWERED -> {}
      case TIMED_OUT -> error("TIMEOUT", "The request was not answered in time");
      case ABORTED -> {
        if (!hasError()) {
          error("CLIENT_ABORTED", "The client went away before it was answered");
        }
      }
    }
    if (traceId != null) {
      fields.put(copy("traceId", traceId));
    }
    return new FinalizedRequest(
        requestId,
        traceId,
        route,
        beganAtMillis,
        (now - beganAtNanos) / 1000,
        finalizedAtMillis,
        now,
        fields);
  }

  private void error(String code, String message) {
    fields.put(copy("error.code", code));
    fields.put(copy("error.message", message));
  }

  private void endStage(long now) {
    if (stage != null) {
      fields.add("performance.stageMs." + stage.replace('.', '_'), millis(now - stageBeganAtNanos));
    }
  }
}
