package io.wideevents.logging;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a thread's stack of contexts, for one or more bindings of one context. Any thread may
 * close a binding; only the bound thread changes its stack.
 */
final class BoundContext {
  private static final ThreadLocal<BoundContext> TOP = new ThreadLocal<>();

  /**
   * Limit of nested bindings of different contexts on one thread. More nesting means that bindings
   * were not closed.
   */
  private static final int MAX_BINDINGS = 256;

  private final LoggingContext context;
  private final @Nullable BoundContext before;
  private final int depth;

  /** Whether this entry or one before it is in the MDC. */
  private final boolean usesMdc;

  /** What the service had in the MDC before the first entry that uses it. */
  private final @Nullable String idOfService;

  private final AtomicInteger bindings = new AtomicInteger(1);

  private BoundContext(LoggingContext context, @Nullable BoundContext before) {
    this.context = context;
    this.before = before;
    this.depth = before == null ? 1 : before.depth + 1;
    if (before != null && before.usesMdc) {
      this.usesMdc = true;
      this.idOfService = before.idOfService;
    } else {
      this.usesMdc = context.idInMdc() != null;
      this.idOfService = usesMdc ? MdcEntry.get() : null;
    }
  }

  /** The context of the calling thread; {@link LoggingContext#none} if there is none. */
  static LoggingContext current() {
    BoundContext top = TOP.get();
    if (top == null) {
      return LoggingContext.none();
    }
    return top.isOpen() ? top.context : afterClosed(top);
  }

  /** Makes a context the current one of the calling thread. */
  static BoundContext bind(LoggingContext context) {
    BoundContext top = TOP.get();
    if (top != null && !top.isOpen()) {
      var unused = afterClosed(top);
      top = TOP.get();
    }
    // Tasks of one request may nest without a limit, for example on an executor that runs them on
    // the calling thread. Therefore nested bindings of one context share an entry.
    BoundContext bound =
        top != null && top.context == context && top.bindAgain()
            ? top
            : new BoundContext(context, top != null && top.depth < MAX_BINDINGS ? top : null);
    TOP.set(bound);
    if (context.idInMdc() != null) {
      MdcEntry.set(context.idInMdc());
    }
    return bound;
  }

  /** Ends one binding. */
  void close() {
    if (bindings.decrementAndGet() == 0 && TOP.get() == this) {
      var unused = afterClosed(this);
    }
  }

  /**
   * Removes entries from the calling thread that were closed by another thread, or in the wrong
   * order.
   */
  private static LoggingContext afterClosed(BoundContext top) {
    BoundContext open = openFrom(top);
    if (open == null) {
      TOP.remove();
    } else {
      TOP.set(open);
    }
    if (top.usesMdc) {
      MdcEntry.set(idInMdc(open, top.idOfService));
    }
    return open == null ? LoggingContext.none() : open.context;
  }

  private static @Nullable BoundContext openFrom(@Nullable BoundContext top) {
    BoundContext bound = top;
    while (bound != null && !bound.isOpen()) {
      bound = bound.before;
    }
    return bound;
  }

  /** The id of the latest open entry that has one, else the id of the service. */
  private static @Nullable String idInMdc(@Nullable BoundContext open, @Nullable String otherwise) {
    for (BoundContext each = open; each != null; each = openFrom(each.before)) {
      String id = each.context.idInMdc();
      if (id != null) {
        return id;
      }
    }
    return otherwise;
  }

  private boolean isOpen() {
    return bindings.get() > 0;
  }

  /** Adds a binding, unless another thread has closed the last one concurrently. */
  private boolean bindAgain() {
    return bindings.getAndUpdate(count -> count > 0 ? count + 1 : 0) > 0;
  }
}
