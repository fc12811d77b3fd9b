package io.wideevents.logging;

import io.wideevents.codec.EventFields;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
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
 * <p>Outside of a request every method does nothing, so that code need not ask. No method throws
 * for what it is given: a value the event cannot hold is left out, noted in the event under {@code
 * _metadata.logging}, and counted. What is said after the event was finalized is ignored and
 * counted.
 *
 * <p>Safe for concurrent use; never blocks. Begun and finalized by {@link LoggingService}.
 */
public final class LoggingContext {
  private static final LoggingContext NONE = new LoggingContext(null);
  private static final ThreadLocal<LoggingContext> CURRENT = new ThreadLocal<>();

  private final @Nullable RequestRecord request;

  LoggingContext(@Nullable RequestRecord request) {
    this.request = request;
  }

  /** The context of the request this thread works for; one that does nothing when there is none. */
  public static LoggingContext current() {
    LoggingContext context = CURRENT.get();
    return context == null ? NONE : context;
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
   *     the field {@code items} of the object {@code cart}
   * @param value text, number, boolean, null, enum constant, date, time or id of the JDK, or a map,
   *     collection or array of these; copied at once
   */
  public LoggingContext set(String path, @Nullable Object value) {
    return write(fields -> fields.set(path, value));
  }

  /** Says who the request is for. */
  public LoggingContext user(String id) {
    return set("user.id", id);
  }

  /** Says who the request is for, and in which role. */
  public LoggingContext user(String id, String role) {
    return user(id).set("user.role", role);
  }

  /** Says who the request is for, and in which role. */
  public LoggingContext user(long id, String role) {
    return set("user.id", id).set("user.role", role);
  }

  /** Says that the request failed; the last word counts. */
  public LoggingContext error(String code, String message) {
    return write(
        fields -> {
          fields.set("error.code", code);
          fields.set("error.message", message);
        });
  }

  /**
   * Says that the request failed with an exception: its simple class name is the code, unless it is
   * a {@link CodedError}, its message the message, and where it was thrown is kept as {@code
   * error.at}.
   */
  public LoggingContext error(Throwable failure) {
    if (request != null) {
      // Somebody else's code runs here, outside of the lock.
      ErrorFacts facts = ErrorFacts.of(failure);
      write(facts::writeTo);
    }
    return this;
  }

  /** Whether an error has been set. */
  public boolean hasError() {
    return request != null && request.hasError();
  }

  /** Says which route the request took: method and template, never the path itself. */
  public LoggingContext route(String route) {
    if (request != null) {
      request.route(route);
    }
    return this;
  }

  /**
   * Says that a stage of the request begins; {@code stage} in the event is the last one, which on a
   * failure is where it happened. How long each took is kept under {@code performance.stageMs}.
   *
   * @param name a constant such as {@code charging}
   */
  public LoggingContext stage(String name) {
    if (request != null) {
      request.stage(name);
    }
    return this;
  }

  /**
   * Measures a part of the request until the timing is closed. Several of one name add up.
   *
   * @param name a constant such as {@code payment}, kept as {@code performance.paymentMs}
   */
  public Timing time(String name) {
    return new Timing(this, name, request == null ? 0 : System.nanoTime());
  }

  void addMillis(String path, double millis) {
    var unused = write(fields -> fields.add(path, millis));
  }

  /**
   * Makes this the current context of the calling thread until the binding is closed, by the same
   * thread.
   */
  public Binding bind() {
    LoggingContext before = CURRENT.get();
    CURRENT.set(this);
    return new Binding(before);
  }

  /** Undoes {@link #bind}. */
  public static final class Binding implements AutoCloseable {
    private final @Nullable LoggingContext before;

    private Binding(@Nullable LoggingContext before) {
      this.before = before;
    }

    @Override
    public void close() {
      if (before == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(before);
      }
    }
  }

  /** A part of a request being measured; closing it twice counts once. */
  public static final class Timing implements AutoCloseable {
    private final LoggingContext context;
    private final String name;
    private final long start;
    private boolean closed;

    private Timing(LoggingContext context, String name, long start) {
      this.context = context;
      this.name = name;
      this.start = start;
    }

    @Override
    public void close() {
      if (!closed && context.isRequest()) {
        closed = true;
        context.addMillis(
            "performance." + name + "Ms", RequestRecord.millis(System.nanoTime() - start));
      }
    }
  }

  /** A task that runs, on whatever thread, for the request that is current now. */
  public static Runnable wrap(Runnable task) {
    LoggingContext context = current();
    return () -> {
      Binding binding = context.bind();
      try {
        task.run();
      } finally {
        binding.close();
      }
    };
  }

  /** A task that runs, on whatever thread, for the request that is current now. */
  public static <T> Callable<T> wrap(Callable<T> task) {
    LoggingContext context = current();
    return () -> {
      Binding binding = context.bind();
      try {
        return task.call();
      } finally {
        binding.close();
      }
    };
  }

  /**
   * A supplier that runs, on whatever thread, for the request that is current now. Not another
   * {@code wrap}: a lambda would fit two of them.
   */
  public static <T> Supplier<T> wrapSupplier(Supplier<T> supplier) {
    LoggingContext context = current();
    return () -> {
      Binding binding = context.bind();
      try {
        return supplier.get();
      } finally {
        binding.close();
      }
    };
  }

  /** An executor whose tasks run for the request that is current when each is handed over. */
  public static Executor wrap(Executor executor) {
    return task -> executor.execute(wrap(task));
  }

  /** The request; null for the context that does nothing. */
  @Nullable RequestRecord request() {
    return request;
  }

  private LoggingContext write(RequestRecord.Write write) {
    if (request != null) {
      request.write(write);
    }
    return this;
  }

  /** What an exception says, gathered before the event is touched. */
  private record ErrorFacts(String code, @Nullable String message, String type, String at) {
    static ErrorFacts of(Throwable failure) {
      String message;
      try {
        message = failure.getMessage();
      } catch (RuntimeException e) {
        message = null;
      }
      StackTraceElement[] trace = failure.getStackTrace();
      return new ErrorFacts(
          code(failure),
          message,
          failure.getClass().getName(),
          trace.length == 0 ? "" : trace[0].toString());
    }

    private static String code(Throwable failure) {
      if (failure instanceof CodedError coded) {
        try {
          return coded.errorCode();
        } catch (RuntimeException e) {
          // Then its class has to do.
        }
      }
      String name = failure.getClass().getSimpleName();
      return name.isEmpty() ? failure.getClass().getName() : name;
    }

    void writeTo(EventFields fields) {
      fields.set("error.code", code);
      fields.set("error.message", message == null ? "" : message);
      fields.set("error.type", type);
      fields.set("error.at", at);
    }
  }
}
