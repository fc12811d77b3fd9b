package io.wideevents.logging;

import io.wideevents.codec.EventFields;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The state behind a {@link LoggingContext}. Open until it is finalized, once; frozen afterwards.
 *
 * <p>Safe for concurrent use. Its lock is held for nothing but moving a few values, so that nobody
 * waits for it.
 */
final class RequestRecord {
  static final String UNMATCHED = "unmatched";
  private static final double NANOS_PER_MILLI = 1_000_000;

  private final String requestId;
  private final @Nullable String traceId;
  private final long beganAtMillis;
  private final long beganAtNanos;
  private final EventFields fields;
  private final LongAdder lateWrites;

  private String route = UNMATCHED;
  private @Nullable String stage;
  private long stageBeganAtNanos;
  private boolean isFinalized;

  RequestRecord(
      String requestId,
      @Nullable String traceId,
      long beganAtMillis,
      EventFields fields,
      LongAdder lateWrites) {
    this.requestId = requestId;
    this.traceId = traceId;
    this.beganAtMillis = beganAtMillis;
    this.beganAtNanos = System.nanoTime();
    this.fields = fields;
    this.lateWrites = lateWrites;
  }

  /** Changes the event's fields. */
  @FunctionalInterface
  interface Write {
    void to(EventFields fields);
  }

  static double millis(long nanos) {
    return nanos / NANOS_PER_MILLI;
  }

  String requestId() {
    return requestId;
  }

  Optional<String> traceId() {
    return Optional.ofNullable(traceId);
  }

  synchronized boolean hasError() {
    return fields.has("error");
  }

  synchronized void write(Write write) {
    if (isFinalized) {
      lateWrites.increment();
    } else {
      write.to(fields);
    }
  }

  synchronized void route(String newRoute) {
    if (isFinalized) {
      lateWrites.increment();
    } else if (!newRoute.isBlank()) {
      route = newRoute;
    }
  }

  synchronized void stage(String name) {
    if (isFinalized) {
      lateWrites.increment();
      return;
    }
    long now = System.nanoTime();
    endStage(now);
    stage = name;
    stageBeganAtNanos = now;
    fields.set("stage", name);
  }

  /**
   * Closes the request to further writes; the first call wins.
   *
   * @param finalizedAtMillis the time now, in milliseconds since the epoch
   * @return what became of it; null when it was finalized before
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
        if (!fields.has("error")) {
          error("CLIENT_ABORTED", "The client went away before it was answered");
        }
      }
    }
    if (traceId != null) {
      fields.set("traceId", traceId);
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
    fields.set("error.code", code);
    fields.set("error.message", message);
  }

  private void endStage(long now) {
    if (stage != null) {
      fields.add("performance.stageMs." + stage.replace('.', '_'), millis(now - stageBeganAtNanos));
    }
  }
}
