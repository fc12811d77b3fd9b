package io.wideevents.logging;

import io.wideevents.event.ProblemCode;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The wide event of the current request while it is being built. Any code of the request can add
 * fields, an error, a route, stages and timings to it.
 *
 * <pre>{@code
 * LoggingContext log = LoggingContext.current();
 * log.user(4711, "customer").set("cart.items", 3);
 * try (var timing = log.time("payment")) {
 *   pay();
 * }
 * }</pre>
 *
 * <p>Outside of a request every method does nothing, so callers need no check. A call after the
 * event was finalized is ignored and counted.
 *
 * <p>No method throws because of its arguments. Null is allowed for every argument. Methods of
 * given objects may throw anything: exceptions, checked or not, and errors such as {@code
 * StackOverflowError}, {@code NoClassDefFoundError} and {@code OutOfMemoryError}. A value that the
 * event cannot store is left out, recorded in the event under {@code _metadata.logging}, and
 * counted. The thread's interrupt flag is preserved. It is also set if a method of a given object
 * throws {@code InterruptedException}. A task that was given to {@link #wrap} throws what it would
 * throw without {@code wrap}.
 *
 * <p>Safe for concurrent use. Methods of given objects, such as iterators and {@code toString}, run
 * on the calling thread without a lock, so a call takes as long as these methods. Apart from that
 * no method blocks. {@link LoggingService} begins and finalizes a context.
 */
public final class LoggingContext {
  private static final LoggingContext NONE = new LoggingContext(null);
  private final @Nullable RequestRecord request;

  LoggingContext(@Nullable RequestRecord request) {
    this.request = request;
  }

  /**
   * Returns the context of the current thread's request. Without a request returns a context that
   * does nothing.
   */
  public static LoggingContext current() {
    return BoundContext.current();
  }

  /** Returns the context that does nothing. */
  public static LoggingContext none() {
    return NONE;
  }

  /** Whether this context belongs to a request, finalized or not. */
  public boolean isRequest() {
    return request != null;
  }

  /** The request's id; empty outside of a request. */
  public String requestId() {
    return request == null ? "" : request.requestId();
  }

  /** The id of the request's trace: 32 hex digits; empty when unknown. */
  public Optional<String> traceId() {
    return request == null ? Optional.empty() : request.traceId();
  }

  /**
   * Sets a field and replaces its previous value.
   *
   * @param path name of the field; dots separate the names of nested objects: {@code cart.items} is
   *     the field {@code items} of the object {@code cart}; null is recorded as blank
   * @param value text, number, boolean, null, enum constant, date, time or id of the JDK, or a map,
   *     collection or array of these; copied before this method returns
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
   * Sets {@code user.id}, the user for whom the request is made.
   *
   * @param id null when unknown
   */
  public LoggingContext user(@Nullable String id) {
    return set("user.id", id);
  }

  /** Sets {@code user.id} and {@code user.role}. */
  public LoggingContext user(@Nullable String id, @Nullable String role) {
    return user(id).set("user.role", role);
  }

  /** Sets {@code user.id} and {@code user.role}. */
  public LoggingContext user(long id, @Nullable String role) {
    return set("user.id", id).set("user.role", role);
  }

  /**
   * Sets the request's error, and replaces an earlier one. Does nothing if both arguments are null.
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
   * Sets the request's error to an exception. The code is {@link CodedError#errorCode}, or the
   * simple name of the exception's class. The message is the exception's message. {@code error.at}
   * is the first frame of its stack trace.
   *
   * @param failure null when nothing failed, as in {@code whenComplete((value, failure) ->
   *     context.error(failure))}: this method does nothing then
   */
  public LoggingContext error(@Nullable Throwable failure) {
    if (request != null && failure != null) {
      try {
        // Calls methods of the exception before the lock is taken.
        request.put(ErrorFacts.of(failure).copies(request));
      } catch (Throwable e) {
        lost(request, "error");
      }
    }
    return this;
  }

  /** Whether the code or the message of an error has been set. */
  public boolean hasError() {
    return request != null && request.hasError();
  }

  /**
   * Sets the route of the request: method and path template, never the path itself. A null or blank
   * route changes nothing.
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
   * Begins a stage of the request. {@code stage} in the event is the last stage, which for a failed
   * request is the one that failed. {@code performance.stageMs} contains the duration of each stage
   * in milliseconds.
   *
   * @param name a constant such as {@code charging}; a name that is null, blank or longer than 256
   *     characters is recorded as left out, and the previous stage continues
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
   * Measures a part of the request until the timing is closed. Timings of the same name are added
   * up.
   *
   * @param name a constant such as {@code payment}, stored as {@code performance.paymentMs} in
   *     milliseconds; a name that is null, blank or longer than 256 characters is recorded as left
   *     out
   */
  public Timing time(@Nullable String name) {
    return new Timing(request, name, request == null ? 0 : System.nanoTime());
  }

  /**
   * Makes this the current context of the calling thread until the binding is closed.
   *
   * @return the binding, to be closed by the same thread; if another thread closes the binding, the
   *     binding ends when the bound thread next asks for its context
   */
  public Binding bind() {
    return new Binding(BoundContext.bind(this));
  }

  /** Ends {@link #bind}. Closing it twice, or before a later binding, has no further effect. */
  public static final class Binding implements AutoCloseable {
    private final BoundContext bound;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Binding(BoundContext bound) {
      this.bound = bound;
    }

    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        bound.close();
      }
    }
  }

  /** A running measurement. Only the first close counts, from any thread. */
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
        ProblemCode problem = RequestRecord.problemOf(name);
        if (problem == null) {
          request.add(
              "performance." + name + "Ms", RequestRecord.millis(System.nanoTime() - start));
        } else {
          request.drop("performance", problem);
        }
      } catch (Throwable e) {
        lost(request, "performance");
      }
    }
  }

  /**
   * Returns a task that runs with the current context of the calling thread, on any thread.
   *
   * @param task null: the returned task does nothing
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
   * Returns a task that runs with the current context of the calling thread, on any thread.
   *
   * @param task null: the returned task returns null
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
   * Returns a supplier that runs with the current context of the calling thread, on any thread. The
   * name differs from {@code wrap}, because a lambda would match both overloads.
   *
   * @param supplier null: the returned supplier returns null
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
   * Returns an executor that runs each task with the context that is current when the task is
   * submitted.
   *
   * @param executor null: tasks run on the submitting thread
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

  @Nullable RequestRecord request() {
    return request;
  }

  /** The id that is in the MDC while this context is bound; null if none is. */
  @Nullable String idInMdc() {
    return request != null && request.inMdc() ? request.requestId() : null;
  }

  /** Records that a value is lost, for example because memory or stack was exhausted. */
  private static void lost(RequestRecord request, @Nullable String path) {
    try {
      request.drop(path == null ? "" : path, ProblemCode.UNREADABLE);
    } catch (Throwable e) {
      // Memory or stack is exhausted here as well. A request must not fail because of logging.
    }
  }
}
