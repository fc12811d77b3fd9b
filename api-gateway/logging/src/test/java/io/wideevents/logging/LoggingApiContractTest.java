package io.wideevents.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.Tier;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds every public method that a request's code may call to the promise that it throws nothing
 * and ends. Methods are found by reflection, so a new method is tested as it is added.
 */
@SuppressWarnings("try") // A resource is held by being open.
class LoggingApiContractTest {
  /** What code inside a request uses. */
  private static final List<Class<?>> API =
      List.of(
          LoggingContext.class,
          LoggingContext.Binding.class,
          LoggingContext.Timing.class,
          LoggingService.class,
          LoggingStats.class,
          LoggingStats.Rule.class,
          RequestIds.class);

  /** Called when a process starts or ends, where a mistake has to be reported by an exception. */
  private static final List<String> AT_START_OR_END = List.of("queued", "waiting", "close");

  private static final class WorkException extends Exception {
    private static final long serialVersionUID = 1;
  }

  private final RecordingLogger tier = new RecordingLogger(Tier.KAFKA);
  private final LoggingService service =
      LoggingService.queued(
          LoggingSettings.of("shop").timed(Duration.ofSeconds(30), Duration.ofSeconds(30)),
          tier,
          tier,
          InstantSource.system());
  private final ExecutorService caller = Executors.newSingleThreadExecutor();

  @AfterEach
  void close() {
    caller.shutdownNow();
    service.close();
    // Every event could be composed, and was kept.
    assertThat(service.stats().droppedTotal()).isZero();
    assertThat(service.stats().durableTotal()).isEqualTo(service.stats().finalized());
  }

  static Stream<Arguments> methods() {
    return API.stream()
        .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
        .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isSynthetic())
        .filter(
            method ->
                method.getDeclaringClass() != LoggingService.class
                    || !AT_START_OR_END.contains(method.getName()))
        .map(method -> Arguments.of(method.toGenericString(), method));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("methods")
  void method_throwsNothingAndEndsForEveryArgument(String name, Method method) throws Exception {
    for (int i = 0; i < method.getParameterCount(); i++) {
      for (Object value : values(method.getParameterTypes()[i])) {
        @Nullable Object[] arguments = usual(method);
        arguments[i] = value;
        check(method, arguments);
      }
    }
    check(method, usual(method));
    // All at once.
    @Nullable Object[] nulls = usual(method);
    for (int i = 0; i < nulls.length; i++) {
      nulls[i] = method.getParameterTypes()[i].isPrimitive() ? nulls[i] : null;
    }
    check(method, nulls);
  }

  @Test
  void everyPublicTypeThatARequestGets_isTested() {
    Stream<Class<?>> results =
        Stream.of(LoggingContext.class, LoggingService.class)
            .flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
            .filter(method -> Modifier.isPublic(method.getModifiers()))
            .<Class<?>>map(Method::getReturnType)
            .filter(type -> type.getName().startsWith("io.wideevents."));

    assertThat(results).isSubsetOf(API);
  }

  private void check(Method method, @Nullable Object[] arguments) throws Exception {
    LoggingContext context = service.begin("req-1", null);
    caller
        .submit(
            () -> {
              try (LoggingContext.Binding binding = context.bind()) {
                invoke(method, context, arguments);
                if (arguments.length > 0 && arguments[0] instanceof LoggingContext) {
                  // Given as an argument.
                  service.complete((LoggingContext) arguments[0], Ending.ANSWERED);
                }
              }
              return null;
            })
        .get(1, TimeUnit.MINUTES);
    context.set("user.id", "still open");
    service.complete(context, Ending.ANSWERED);
    assertThat(service.complete(context, Ending.ANSWERED)).isFalse();
    assertThat(service.stats().droppedTotal()).isZero();
    // After the end as well.
    caller.submit(() -> invoke(method, context, arguments)).get(1, TimeUnit.MINUTES);
  }

  private @Nullable Void invoke(Method method, LoggingContext context, @Nullable Object[] arguments)
      throws Exception {
    Object target = Modifier.isStatic(method.getModifiers()) ? null : target(method, context);
    try {
      Object result = method.invoke(target, arguments);
      use(result);
    } catch (InvocationTargetException e) {
      boolean isWorks =
          method.getName().equals("call")
              && (e.getCause() instanceof WorkException || arguments[1] == null);
      if (!isWorks) {
        // Not as it is: JUnit ends at an OutOfMemoryError.
        fail(method + " threw " + e.getCause().getClass());
      }
    }
    return null;
  }

  /** What a method returned must throw nothing, either. */
  private static void use(@Nullable Object result) {
    if (result instanceof LoggingContext.Binding binding) {
      binding.close();
      binding.close();
    } else if (result instanceof LoggingContext.Timing timing) {
      timing.close();
      timing.close();
    }
  }

  private Object target(Method method, LoggingContext context) throws Exception {
    Class<?> type = method.getDeclaringClass();
    if (type == LoggingContext.class) {
      return context;
    } else if (type == LoggingContext.Binding.class) {
      return context.bind();
    } else if (type == LoggingContext.Timing.class) {
      return context.time("name");
    } else if (type == LoggingService.class) {
      return service;
    } else if (type == LoggingStats.class) {
      return service.stats();
    } else if (type == LoggingStats.Rule.class) {
      Constructor<?> constructor = type.getConstructors()[0];
      return constructor.newInstance("rule", 1L, 1L);
    }
    throw new AssertionError("Say here how to get a " + type);
  }

  private static @Nullable Object[] usual(Method method) {
    return Arrays.stream(method.getParameterTypes()).map(type -> values(type).getLast()).toArray();
  }

  /** Hostile values of a type, the last one usual. */
  private static List<@Nullable Object> values(Class<?> type) {
    List<@Nullable Object> values = new ArrayList<>();
    if (!type.isPrimitive()) {
      values.add(null);
    }
    if (type == String.class) {
      Collections.addAll(values, "", " ", ".", "..", "a.", "_id", "_metadata.logging", "a\0b");
      Collections.addAll(values, "\ud83d", "user", "user.id.x", "error", "stage", "x.x".repeat(99));
      Collections.addAll(values, "x".repeat(3_000_000), "é".repeat(200), "감".repeat(128));
      values.add("a.".repeat(1_000_000));
      values.add("name");
    } else if (type == long.class) {
      Collections.addAll(values, Long.MIN_VALUE, Long.MAX_VALUE, 0L, 1L);
    } else if (type == Ending.class) {
      Collections.addAll(values, (Object[]) Ending.values());
    } else if (type == Throwable.class) {
      HostileValues.throwables().values().forEach(failure -> values.add(failure.get()));
      HostileValues.throwables()
          .values()
          .forEach(failure -> values.add(new HostileException(failure)));
      values.add(new CancellationException());
    } else if (type == Object.class) {
      values.addAll(HostileValues.odd().values());
      HostileValues.throwables()
          .values()
          .forEach(
              failure ->
                  values.addAll(
                      HostileValues.running(() -> HostileValues.sneak(failure.get())).values()));
      values.add(1);
    } else if (type == LoggingContext.class) {
      Collections.addAll(values, LoggingContext.none(), LoggingContext.none());
    } else if (type == Runnable.class) {
      values.add((Runnable) () -> {});
    } else if (type == Callable.class) {
      values.add(
          (Callable<Object>)
              () -> {
                throw new WorkException();
              });
      values.add((Callable<Object>) () -> null);
    } else if (type == Supplier.class) {
      values.add((Supplier<Object>) () -> null);
    } else if (type == Executor.class) {
      values.add((Executor) Runnable::run);
    } else {
      throw new AssertionError("Add hostile values of " + type + " here");
    }
    return values;
  }

  private static final class HostileException extends RuntimeException implements CodedError {
    private static final long serialVersionUID = 1;
    private final transient Supplier<Throwable> failure;

    HostileException(Supplier<Throwable> failure) {
      this.failure = failure;
    }

    @Override
    public String errorCode() {
      return HostileValues.sneak(failure.get());
    }

    @Override
    public String getMessage() {
      return HostileValues.sneak(failure.get());
    }

    @Override
    public StackTraceElement[] getStackTrace() {
      return HostileValues.sneak(failure.get());
    }

    @Override
    public synchronized Throwable getCause() {
      return HostileValues.sneak(failure.get());
    }

    @Override
    public String toString() {
      return HostileValues.sneak(failure.get());
    }
  }
}
