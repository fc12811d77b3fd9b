package io.wideevents.logging;

import io.wideevents.codec.CopiedField;
import io.wideevents.codec.EventFields;
import io.wideevents.codec.FieldDrop;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The state behind a {@link LoggingContext}. Open until it is finalized, once; frozen afterwards.
 *
 * <p>Safe for concurrent use. No code of the service runs while its lock is held: values are copied
 * first. What happens under the lock is moving a few references, so waiting for it takes no longer
 * than that.
 */
final class RequestRecord {
  static final String UNMATCHED = "unmatched";

  /** Longer names of routes, stages and timings are no constants. */
  static final int MAX_NAME_LENGTH = 256;

  private static final int FINALIZED = -1;
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

  static double millis(long nanos) {
    return nanos / NANOS_PER_MILLI;
  }

  String requestId() {
    return requestId;
  }

  Optional<String> traceId() {
    return Optional.ofNullable(traceId);
  }

  /** Whether it is said which error it was, or what happened; a detail alone does not say it. */
  synchronized boolean hasError() {
    return fields.has("error.code") || fields.has("error.message");
  }

  /** Sets a field. Copies the value before the lock is taken. */
  void set(@Nullable String path, @Nullable Object value) {
    int room = EventFields.isPlain(value) ? fields.initialRoom() : room();
    if (room == FINALIZED) {
      // The value is not read.
      lateWrites.increment();
    } else {
      put(fields.copy(path, value, room));
    }
  }

  /** Copies a text that is to be put with others. */
  CopiedField copy(String path, @Nullable String text) {
    return fields.copy(path, text, fields.initialRoom());
  }

  /** Puts a field into the event. */
  synchronized void put(CopiedField copy) {
    if (isFinalized) {
      lateWrites.increment();
    } else {
      fields.put(copy);
    }
  }

  /** Puts fields into the event that belong together: no other thread's come in between. */
  synchronized void put(CopiedField... copies) {
    if (isFinalized) {
      lateWrites.increment();
      return;
    }
    for (CopiedField copy : copies) {
      fields.put(copy);
    }
  }

  /** Adds to the number under a path. */
  synchronized void add(String path, double millis) {
    if (isFinalized) {
      lateWrites.increment();
    } else {
      fields.add(path, millis);
    }
  }

  /** Notes that something is left out. */
  synchronized void drop(String path, FieldDrop why) {
    if (isFinalized) {
      lateWrites.increment();
    } else {
      fields.drop(path, why);
    }
  }

  private synchronized int room() {
    return isFinalized ? FINALIZED : fields.room();
  }

  /** Sets the route; one that is null or blank changes nothing. */
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

  /** Begins a stage; a name that is null, blank or too long is noted and changes nothing. */
  void stage(@Nullable String name) {
    if (!isName(name)) {
      drop("stage", FieldDrop.BAD_NAME);
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

  /** Whether a text can be the name of a stage or a timing. */
  static boolean isName(@Nullable String name) {
    return name != null && !name.isBlank() && name.length() <= MAX_NAME_LENGTH;
  }

  private static String cut(String text) {
    return text.length() <= MAX_NAME_LENGTH ? text : text.substring(0, MAX_NAME_LENGTH);
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
