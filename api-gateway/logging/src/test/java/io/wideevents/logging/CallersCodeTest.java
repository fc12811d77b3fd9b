package io.wideevents.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Outcome;
import io.wideevents.event.Tier;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A context with objects of the service, whose methods are the service's own code. */
@Tag("slow")
class CallersCodeTest {
  private static final long BOUND_SECONDS = 5;

  private final RecordingLogger tier = new RecordingLogger(Tier.KAFKA);
  private final LoggingService service =
      LoggingService.queued(
          LoggingSettings.of("shop").timed(Duration.ofSeconds(5), Duration.ofSeconds(10)),
          tier,
          tier,
          InstantSource.system());
  private final ExecutorService other = Executors.newCachedThreadPool();

  @AfterEach
  void close() {
    service.close();
    other.shutdownNow();
  }

  static Stream<String> kinds() {
    return HostileValues.running(() -> {}).keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void set_holdsNoLockWhileItReadsTheValue(String kind) {
    // Given a value that waits for another thread, which uses the same context
    LoggingContext context = service.begin("req-1", null);
    AtomicBoolean blocked = new AtomicBoolean();
    Object value = HostileValues.running(useElsewhere(context, blocked)).get(kind);

    // When
    context.set("value", value).set("user", Map.of("name", value)).set("after", 1);

    // Then
    assertThat(blocked).isFalse();
    assertThat(completed(context)).containsKeys("after");
  }

  @Test
  void error_holdsNoLockWhileItReadsTheException() {
    LoggingContext context = service.begin("req-1", null);
    AtomicBoolean blocked = new AtomicBoolean();

    context.error(new ActingException(useElsewhere(context, blocked)));

    assertThat(blocked).isFalse();
    assertThat(completed(context).getDocument("error").getString("code").getValue())
        .isEqualTo("ACTING");
  }

  static Stream<Arguments> kindsAndThrowables() {
    return HostileValues.throwables().keySet().stream()
        .flatMap(thrown -> kinds().map(kind -> Arguments.of(kind, thrown)));
  }

  @ParameterizedTest
  @MethodSource("kindsAndThrowables")
  void set_throwsNothingThatTheValueThrows(String kind, String thrown) {
    LoggingContext context = service.begin("req-1", null);
    Supplier<Throwable> failure = HostileValues.throwables().get(thrown);
    Object value = HostileValues.running(() -> HostileValues.sneak(failure.get())).get(kind);

    // Caught here: JUnit ends at an OutOfMemoryError of a test.
    assertThatCode(() -> context.set("value", value).set("user", value).set("after", 1))
        .doesNotThrowAnyException();

    assertThat(completed(context)).containsKeys("after");
  }

  static Stream<String> throwables() {
    return HostileValues.throwables().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("throwables")
  void error_isRecordedWhateverTheExceptionThrows(String thrown) {
    LoggingContext context = service.begin("req-1", null);
    Supplier<Throwable> failure = HostileValues.throwables().get(thrown);

    assertThatCode(
            () -> context.error(new ActingException(() -> HostileValues.sneak(failure.get()))))
        .doesNotThrowAnyException();

    assertThat(completed(context).getDocument("error").getString("code").getValue())
        .isEqualTo("ActingException");
  }

  @Test
  void error_readsExceptionsThatReturnNull() {
    LoggingContext context = service.begin("req-1", null);

    context.error(new NullException());

    assertThat(completed(context).getDocument("error").getString("code").getValue())
        .isEqualTo("NullException");
  }

  @Test
  void error_ofNoExceptionIsNoError() {
    LoggingContext context = service.begin("req-1", null);

    CompletableFuture.completedFuture("fine").whenComplete((v, t) -> context.error(t)).join();
    context.error(null, null);

    assertThat(context.hasError()).isFalse();
    BsonDocument event = completed(context);
    assertThat(event).doesNotContainKeys("error", "_metadata");
    assertThat(tier.durable().values())
        .extracting(EncodedEvent::outcome)
        .containsExactly(Outcome.SUCCESS);
  }

  /** Facts about an error, such as a detail, say neither which error it was nor what happened. */
  static Stream<Arguments> factsWithoutAnError() {
    return Stream.of(
        Arguments.of("error", Map.of()),
        Arguments.of("error", Map.of("detail", 1)),
        Arguments.of("error.detail", 1),
        Arguments.of("error.code", null),
        Arguments.of("error", null));
  }

  @ParameterizedTest
  @MethodSource("factsWithoutAnError")
  void hasError_isFalseUntilThereIsACodeOrAMessage(String path, @Nullable Object value) {
    LoggingContext context = service.begin("req-1", null).set(path, value);

    assertThat(context.hasError()).isFalse();
    assertThat(context.error(null, "declined").hasError()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("factsWithoutAnError")
  void abortedRequest_hasItsErrorBesideOtherFacts(String path, @Nullable Object value) {
    LoggingContext context = service.begin("req-1", null).set(path, value);

    BsonDocument error = completed(context, Ending.ABORTED).getDocument("error");

    assertThat(error.getString("code").getValue()).isEqualTo("CLIENT_ABORTED");
    assertThat(error.containsKey("detail")).isEqualTo((path + value).contains("detail"));
  }

  @Test
  void nullNames_areNoted() throws Exception {
    LoggingContext context = service.begin("req-1", null);

    context.set(null, 1).stage(null).stage("").route(null).user(null).user(null, null);
    context.time(null).close();
    LoggingContext.wrap((Runnable) null).run();
    LoggingContext.wrap((java.util.concurrent.Callable<Object>) null).call();
    LoggingContext.wrapSupplier(null).get();
    AtomicBoolean ran = new AtomicBoolean();
    LoggingContext.wrap((java.util.concurrent.Executor) null).execute(() -> ran.set(true));

    assertThat(ran).isTrue();
    BsonDocument event = completed(context);
    BsonDocument noted = event.getDocument("_metadata").getDocument("logging");
    assertThat(noted.getInt32("dropped").getValue()).isEqualTo(4);
    assertThat(noted.getArray("fields"))
        .extracting(note -> note.asDocument().getString("reason").getValue())
        .containsOnly("blank");
    assertThat(event.getString("route").getValue()).isEqualTo("unmatched");
    assertThat(event.getDocument("user").isNull("id")).isTrue();
  }

  static Stream<String> odd() {
    return HostileValues.odd().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("odd")
  void set_endsForEveryValueAndKeepsTheEvent(String kind) throws Exception {
    LoggingContext context = service.begin("req-1", null);
    Object value = HostileValues.odd().get(kind);

    for (String path : List.of("value", "user", "error", "performance", "_metadata", "user.id")) {
      var set = other.submit(() -> context.set(path, value));
      set.get(60, TimeUnit.SECONDS);
    }
    context.set("user.id", "last");

    assertThat(completed(context).getDocument("user").getString("id").getValue()).isEqualTo("last");
  }

  @Test
  void set_readsAnEndlessValueNoFurtherThanTheEventHoldsIt() {
    LoggingContext context = service.begin("req-1", null);
    AtomicInteger read = new AtomicInteger();
    Iterable<Object> endless =
        () -> Stream.generate(() -> (Object) read.incrementAndGet()).iterator();

    context.set("value", endless);

    assertThat(read.get()).isLessThan(100_000);
  }

  @Test
  void set_readsNoValueAfterTheEnd() {
    LoggingContext context = service.begin("req-1", null);
    completed(context);
    AtomicInteger read = new AtomicInteger();

    context.set("late", HostileValues.running(read::incrementAndGet).get("iterable"));

    assertThat(read).hasValue(0);
    assertThat(service.stats().lateWrites()).isEqualTo(1);
  }

  @Test
  void set_survivesCollectionsThatOtherThreadsChange() throws Exception {
    List<Integer> list = new ArrayList<>(Collections.nCopies(100, 1));
    Map<Integer, Integer> map = new java.util.HashMap<>();
    AtomicBoolean done = new AtomicBoolean();
    var changing =
        other.submit(
            () -> {
              for (int i = 0; !done.get(); i++) {
                if (i % 200 == 0) {
                  list.clear();
                  map.clear();
                }
                list.add(i);
                map.put(i, i);
              }
            });
    for (int i = 0; i < 200; i++) {
      LoggingContext context = service.begin("req-" + i, null);
      context.set("list", list).set("map", map).set("user", map);
      assertThat(service.complete(context, Ending.ANSWERED)).isTrue();
    }
    done.set(true);
    changing.get(30, TimeUnit.SECONDS);

    await().until(() -> tier.durable().size() == 200);
  }

  static Stream<Boolean> interrupted() {
    return Stream.of(true, false);
  }

  @ParameterizedTest
  @MethodSource("interrupted")
  void set_losesNoInterrupt(boolean before) {
    LoggingContext context = service.begin("req-1", null);
    for (String kind : List.of("iterable", "text", "map", "date")) {
      Object value =
          HostileValues.running(
                  () -> {
                    Thread.interrupted();
                    HostileValues.sneak(new InterruptedException("hostile"));
                  })
              .get(kind);
      if (before) {
        Thread.currentThread().interrupt();
      }

      context.set("value", value);

      assertThat(Thread.interrupted()).as(kind).isTrue();
      context.error(
          new ActingException(() -> HostileValues.sneak(new InterruptedException("hostile"))));
      assertThat(Thread.interrupted()).as(kind).isTrue();
    }
  }

  @Test
  void set_setsNoInterruptThatWasNotThere() {
    LoggingContext context = service.begin("req-1", null);

    context.error(new InterruptedException("the service's own")).set("value", List.of(1));

    assertThat(Thread.currentThread().isInterrupted()).isFalse();
  }

  private Runnable useElsewhere(LoggingContext context, AtomicBoolean blocked) {
    return () -> {
      if (blocked.get()) {
        return;
      }
      try {
        other
            .submit(
                () -> {
                  context.set("other", 1).stage("elsewhere").route("GET /other");
                  return context.hasError();
                })
            .get(BOUND_SECONDS, TimeUnit.SECONDS);
      } catch (Exception e) {
        blocked.set(true);
      }
    };
  }

  private BsonDocument completed(LoggingContext context) {
    return completed(context, Ending.ANSWERED);
  }

  private BsonDocument completed(LoggingContext context, Ending ending) {
    assertThat(service.complete(context, ending)).isTrue();
    await().until(() -> !tier.durable().isEmpty() || service.stats().droppedTotal() > 0);
    assertThat(service.stats().droppedTotal()).isZero();
    assertThat(tier.durable()).hasSize(1);
    return tier.durable().values().iterator().next().document(Tier.KAFKA).bson();
  }

  private static final class NullException extends RuntimeException implements CodedError {
    private static final long serialVersionUID = 1;

    @Override
    public String errorCode() {
      return null;
    }

    @Override
    public String getMessage() {
      return null;
    }

    @Override
    public StackTraceElement[] getStackTrace() {
      return null;
    }
  }

  private static final class ActingException extends RuntimeException implements CodedError {
    private static final long serialVersionUID = 1;
    private final transient Runnable action;

    ActingException(Runnable action) {
      this.action = action;
    }

    @Override
    public String errorCode() {
      action.run();
      return "ACTING";
    }

    @Override
    public String getMessage() {
      action.run();
      return "message";
    }

    @Override
    public StackTraceElement[] getStackTrace() {
      action.run();
      return super.getStackTrace();
    }
  }
}
