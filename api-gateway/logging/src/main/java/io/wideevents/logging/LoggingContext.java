package io.wideevents.logging;

import io.wideevents.codec.CopiedField;
import io.wideevents.codec.FieldDrop;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one wide event of the request that runs now, while it is being built: who, what, how long and
 * how it ended, said wherever in the code it is known.
 *
 * <pre>{@code
 * LoggingContext log = LoggingContext.current();
 * log.user(4711, "customer").set("cart.items", 3);
 * try (var timing = log.time("payment")) {
 *   pay();
 * }
 * }</pre>
 *
 * <p>Outside of a request every method does nothing, so that code need not ask. What is said after
 * the event was finalized is ignored and counted.
 *
 * <p>No method throws for what it is given. That includes null for any argument, and everything
 * that a method of a given object throws: exceptions, checked or not, and errors such as {@code
 * StackOverflowError}, {@code NoClassDefFoundError} and {@code OutOfMemoryError}. A value that the
 * event cannot hold is left out, noted in the event under {@code _metadata.logging}, and counted.
 * The thread's interrupt flag stays set if it was, and is set if such an object throws {@code
 * InterruptedException}. A task that {@link #wrap} was given throws what it throws without.
 *
 * <p>Safe for concurrent use. Methods of given objects, such as iterators and {@code toString}, run
 * on the calling thread and take the time they take; no lock is held meanwhile. Apart from that no
 * method blocks. Begun and finalized by {@link LoggingService}.
 */
public final class LoggingContext {
  private static final LoggingContext NONE = new LoggingContext(null);
  private static final ThreadLocal<Bound> CURRENT = new ThreadLocal<>();

  /** More bindings than that, of different contexts, on one thread were not closed. */
  private static final int MAX_BINDINGS = 256;

  private final @Nullable RequestRecord request;

  LoggingContext(@Nullable RequestRecord request) {
    this.request = request;
  }

  /** The context of the request this thread works for; one that does nothing when there is none. */
  public static LoggingContext current() {
    Bound top = CURRENT.get();
    if (top == null) {
      return NONE;
    }
    return top.isOpen() ? top.context : afterClosed(top);
  }

  /** Takes bindings off the calling thread that were closed by another one, or too early. */
  private static LoggingContext afterClosed(Bound top) {
    Bound open = openFrom(top);
    if (open == null) {
      CURRENT.remove();
      return NONE;
    }
    CURRENT.set(open);
    return open.context;
  }

  private static @Nullable Bound openFrom(@Nullable Bound top) {
    Bound bound = top;
    while (bound != null && !bound.isOpen()) {
      bound = bound.before;
    }
    return bound;
  }

  /** The context that does nothing. */
  public static LoggingContext none() {
    return NONE;
  }

  /** Whether this is a request's context, finalized or not. */
  public boolean isRequest() {
    return request != null;
  }

  /** The request's id; empty outside of a request. */
  public String requestId() {
    return request == null ? "" : request.requestId();
  }

  /** The id of the trace the request belongs to: 32 hex digits; empty when none is known. */
  public Optional<String> traceId() {
    return request == null ? Optional.empty() : request.traceId();
  }

  /**
   * Sets a field, replacing what stood there.
   *
   * @param path the field's name; dots separate names from the outermost in: {@code cart.items} is
   *     the field {@code items} of the object {@code cart}; null is noted as a bad name
   * @param value text, number, boolean, null, enum constant, date, time or id of the JDK, or a map,
   *     collection or array of these; copied at once
   */
  public LoggingContext set(@Nullable String path, @Nullable Object value) {
    if (request != null) {
      try {
        request.set(path, value);
      } catch (Throwable e) {
        lost(request, path);
      }
    }
    return this;
  }

  /**
   * Says who the request is for.
   *
   * @param id null when that is not known
   */
  public LoggingContext user(@Nullable String id) {
    return set("user.id", id);
  }

  /** Says who the request is for, and in which role. */
  public LoggingContext user(@Nullable String id, @Nullable String role) {
    return user(id).set("user.role", role);
  }

  /** Says who the request is for, and in which role. */
  public LoggingContext user(long id, @Nullable String role) {
    return set("user.id", id).set("user.role", role);
  }

  /**
   * Says that the request failed; the last word counts. Does nothing if both arguments are null.
   */
  public LoggingContext error(@Nullable String code, @Nullable String message) {
    if (request != null && (code != null || message != null)) {
      try {
        request.put(request.copy("error.code", code), request.copy("error.message", message));
      } catch (Throwable e) {
        lost(request, "error");
      }
    }
    return this;
  }

  /**
   * Says that the request failed with an exception: its simple class name is the code, unless it is
   * a {@link CodedError}, its message the message, and where it was thrown is kept as {@code
   * error.at}.
   *
   * @param failure null when nothing failed, as in {@code whenComplete((value, failure) ->
   *     context.error(failure))}: this method does nothing then
   */
  public LoggingContext error(@Nullable Throwable failure) {
    if (request != null && failure != null) {
      try {
        // The exception's own code runs here, before the lock is taken.
        request.put(ErrorFacts.of(failure).copies(request));
      } catch (Throwable e) {
        lost(request, "error");
      }
    }
    return this;
  }

  /** Whether a code or a message of an error has been set. */
  public boolean hasError() {
    return request != null && request.hasError();
  }

  /**
   * Says which route the request took: method and template, never the path itself. One that is null
   * or blank changes nothing.
   */
  public LoggingContext route(@Nullable String route) {
    if (request != null) {
      try {
        request.route(route);
      } catch (Throwable e) {
        lost(request, "route");
      }
    }
    return this;
  }

  /**
   * Says that a stage of the request begins; {@code stage} in the event is the last one, which on a
   * failure is where it happened. How long each took is kept under {@code performance.stageMs}.
   *
   * @param name a constant such as {@code charging}; one that is null, blank or longer than 256
   *     characters is noted as a bad name, and the stage before goes on
   */
  public LoggingContext stage(@Nullable String name) {
    if (request != null) {
      try {
        request.stage(name);
      } catch (Throwable e) {
        lost(request, "stage");
      }
    }
    return this;
  }

  /**
   * Measures a part of the request until the timing is closed. Several of one name add up.
   *
   * @param name a constant such as {@code payment}, kept as {@code performance.paymentMs}; one that
   *     is null, blank or longer than 256 characters is noted as a bad name
   */
  public Timing time(@Nullable String name) {
    return new Timing(request, name, request == null ? 0 : System.nanoTime());
  }

  /**
   * Makes this the current context of the calling thread until the binding is closed.
   *
   * @return to be closed by the same thread; closed by another one, it ends when the bound thread
   *     next asks for its context
   */
  public Binding bind() {
    Bound top = openFrom(CURRENT.get());
    // Tasks of one request may nest without end, such as on an executor that runs them at once.
    Bound bound =
        top != null && top.context == this && top.bindAgain()
            ? top
            : new Bound(this, top != null && top.depth < MAX_BINDINGS ? top : null);
    CURRENT.set(bound);
    return new Binding(bound);
  }

  /** A context that is, or was, the current one of a thread, for one binding of it or several. */
  private static final class Bound {
    private final LoggingContext context;
    private final @Nullable Bound before;
    private final int depth;
    private final AtomicInteger bindings = new AtomicInteger(1);

    private Bound(LoggingContext context, @Nullable Bound before) {
      this.context = context;
      this.before = before;
      this.depth = before == null ? 1 : before.depth + 1;
    }

    private boolean isOpen() {
      return bindings.get() > 0;
    }

    /** Counts one more binding, unless another thread closed the last one just now. */
    private boolean bindAgain() {
      return bindings.getAndUpdate(count -> count > 0 ? count + 1 : 0) > 0;
    }
  }

  /** Undoes {@link #bind}. Closing it again, or before one that was made later, does no harm. */
  public static final class Binding implements AutoCloseable {
    private final Bound bound;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Binding(Bound bound) {
      this.bound = bound;
    }

    @Override
    public void close() {
      if (closed.compareAndSet(false, true)
          && bound.bindings.decrementAndGet() == 0
          && CURRENT.get() == bound) {
        var unused = afterClosed(bound);
      }
    }
  }

  /** A part of a request being measured; closing it twice counts once, by any threads. */
  public static final class Timing implements AutoCloseable {
    private final @Nullable RequestRecord request;
    private final @Nullable String name;
    private final long start;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Timing(@Nullable RequestRecord request, @Nullable String name, long start) {
      this.request = request;
      this.name = name;
      this.start = start;
    }

    @Override
    public void close() {
      if (request == null || !closed.compareAndSet(false, true)) {
        return;
      }
      try {
        if (RequestRecord.isName(name)) {
          request.add(
              "performance." + name + "Ms", RequestRecord.millis(System.nanoTime() - start));
        } else {
          request.drop("performance", FieldDrop.BAD_NAME);
        }
      } catch (Throwable e) {
        lost(request, "performance");
      }
    }
  }

  /**
   * A task that runs, on whatever thread, for the request that is current now.
   *
   * @param task null: the task that is returned does nothing
   */
  public static Runnable wrap(@Nullable Runnable task) {
    LoggingContext context = current();
    return () -> {
      Binding binding = context.bind();
      try {
        if (task != null) {
          task.run();
        }
      } finally {
        binding.close();
      }
    };
  }

  /**
   * A task that runs, on whatever thread, for the request that is current now.
   *
   * @param task null: the task that is returned returns null
   */
  public static <T extends @Nullable Object> Callable<T> wrap(@Nullable Callable<T> task) {
    LoggingContext context = current();
    return () -> {
      Binding binding = context.bind();
      try {
        return task == null ? nothing() : task.call();
      } finally {
        binding.close();
      }
    };
  }

  /**
   * A supplier that runs, on whatever thread, for the request that is current now. Not another
   * {@code wrap}: a lambda would fit two of them.
   *
   * @param supplier null: the supplier that is returned supplies null
   */
  public static <T extends @Nullable Object> Supplier<T> wrapSupplier(
      @Nullable Supplier<T> supplier) {
    LoggingContext context = current();
    return () -> {
      Binding binding = context.bind();
      try {
        return supplier == null ? nothing() : supplier.get();
      } finally {
        binding.close();
      }
    };
  }

  /**
   * An executor whose tasks run for the request that is current when each is handed over.
   *
   * @param executor null: tasks run on the thread that hands them over
   */
  public static Executor wrap(@Nullable Executor executor) {
    return task -> {
      Runnable wrapped = wrap(task);
      if (executor == null) {
        wrapped.run();
      } else {
        executor.execute(wrapped);
      }
    };
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static <T extends @Nullable Object> T nothing() {
    return null;
  }

  /** The request; null for the context that does nothing. */
  @Nullable RequestRecord request() {
    return request;
  }

  /** Notes what could not be noted otherwise, such as for want of memory or stack. */
  private static void lost(RequestRecord request, @Nullable String path) {
    try {
      request.drop(path == null ? "" : path, FieldDrop.UNREADABLE);
    } catch (Throwable e) {
      // No memory or stack for that, either. A request must not fail because it is logged.
    }
  }

  /** What an exception says, gathered before the event is touched. */
  private record ErrorFacts(String code, String message, String type, String at) {
    static ErrorFacts of(Throwable failure) {
      return new ErrorFacts(
          failure instanceof CodedError coded
              ? read(coded::errorCode, className(failure))
              : className(failure),
          read(failure::getMessage, ""),
          failure.getClass().getName(),
          read(() -> failure.getStackTrace()[0].toString(), ""));
    }

    private static String className(Throwable failure) {
      String full = failure.getClass().getName();
      String simple = read(failure.getClass()::getSimpleName, full);
      return simple.isEmpty() ? full : simple;
    }

    /** What a method of the exception returns; {@code otherwise} if it throws or returns null. */
    private static String read(Supplier<@Nullable String> method, String otherwise) {
      boolean interrupted = Thread.currentThread().isInterrupted();
      try {
        String text = method.get();
        return text == null ? otherwise : text;
      } catch (Throwable e) {
        interrupted |= e instanceof InterruptedException;
        return otherwise;
      } finally {
        if (interrupted) {
          // The request's own code has to see it.
          Thread.currentThread().interrupt();
        }
      }
    }

    CopiedField[] copies(RequestRecord request) {
      return new CopiedField[] {
        request.copy("error.code", code),
        request.copy("error.message", message),
        request.copy("error.type", type),
        request.copy("error.at", at)
      };
    }
  }
}
