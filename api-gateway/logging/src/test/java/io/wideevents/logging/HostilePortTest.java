package io.wideevents.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.time.InstantSource;
import java.util.AbstractList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes of a request whose tier, clock or id breaks its contract. */
@Tag("slow")
class HostilePortTest {
  private static final LoggingSettings SETTINGS =
      LoggingSettings.of("shop").timed(Duration.ofMillis(300), Duration.ofSeconds(10));

  private final RecordingLogger good = new RecordingLogger(Tier.SPOOL);
  private LoggingService service =
      LoggingService.queued(SETTINGS, good, good, InstantSource.system());

  @AfterEach
  void close() {
    service.close();
  }

  static Map<String, Function<List<EncodedEvent>, CompletableFuture<List<DeliveryOutcome>>>>
      answers() {
    Map<String, Function<List<EncodedEvent>, CompletableFuture<List<DeliveryOutcome>>>> all =
        new LinkedHashMap<>();
    HostileValues.throwables()
        .forEach(
            (name, failure) -> {
              all.put("throws " + name, events -> HostileValues.sneak(failure.get()));
              all.put(
                  "fails with " + name, events -> CompletableFuture.failedFuture(failure.get()));
            });
    all.put("throws InterruptedException", e -> HostileValues.sneak(new InterruptedException()));
    all.put("returns null", events -> null);
    all.put("completes with null", events -> CompletableFuture.completedFuture(null));
    all.put("completes with none", events -> CompletableFuture.completedFuture(List.of()));
    all.put(
        "completes with too many",
        events ->
            CompletableFuture.completedFuture(
                List.of(
                    new DeliveryOutcome.Durable(Tier.KAFKA),
                    new DeliveryOutcome.Durable(Tier.KAFKA))));
    all.put(
        "is durable nowhere",
        events -> CompletableFuture.completedFuture(List.of(new DeliveryOutcome.Durable(null))));
    all.put(
        "completes with a list that throws",
        events ->
            CompletableFuture.completedFuture(
                new AbstractList<>() {
                  @Override
                  public DeliveryOutcome get(int index) {
                    throw new HostileValues.HostileError();
                  }

                  @Override
                  public int size() {
                    return events.size();
                  }
                }));
    all.put("calls back twice and throws", events -> new CallingTwice(events.size()));
    return all;
  }

  static Stream<String> names() {
    return answers().keySet().stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void queued_deliversTheEventOtherwise(String name) {
    open(LoggingService.queued(SETTINGS, port(answers().get(name)), good, InstantSource.system()));

    assertThat(service.complete(service.begin("req-1", null), Ending.ANSWERED)).isTrue();

    await().until(() -> service.stats().queuedBytes() == 0 && good.durable().size() == 1);
    assertThat(service.stats().inFlight()).isZero();
  }

  @ParameterizedTest
  @MethodSource("names")
  void waiting_deliversTheEventOtherwiseAndThrowsNothing(String name) {
    open(
        LoggingService.waiting(
            SETTINGS, port(answers().get(name)), good, good, InstantSource.system()));

    assertThatCode(() -> service.complete(service.begin("req-1", null), Ending.ANSWERED))
        .doesNotThrowAnyException();

    assertThat(Thread.interrupted()).isEqualTo(name.equals("throws InterruptedException"));
    await().until(() -> good.durable().size() == 1 && service.stats().inFlight() == 0);
  }

  @Test
  void waiting_waitsForNoAnswerLongerThanTheDeliveryTimeout() throws Exception {
    open(
        LoggingService.waiting(
            SETTINGS, port(e -> new CompletableFuture<>()), good, good, InstantSource.system()));
    try (ExecutorService request = Executors.newSingleThreadExecutor()) {
      boolean ended =
          request
              .submit(() -> service.complete(service.begin("req-1", null), Ending.ANSWERED))
              .get(30, TimeUnit.SECONDS);

      assertThat(ended).isTrue();
      await().until(() -> good.durable().size() == 1);
    }
  }

  @Test
  void waiting_waitsAlsoOnAnInterruptedThreadWhichStaysInterrupted() {
    CompletableFuture<List<DeliveryOutcome>> answer = new CompletableFuture<>();
    RecordingLogger unused = new RecordingLogger(Tier.KAFKA);
    open(
        LoggingService.waiting(
            SETTINGS.timed(Duration.ofSeconds(30), Duration.ofSeconds(10)),
            port(
                events -> {
                  Thread requests = Thread.currentThread();
                  new Thread(
                          () -> {
                            await().until(() -> requests.getState() == Thread.State.TIMED_WAITING);
                            answer.complete(List.of(new DeliveryOutcome.Durable(Tier.KAFKA)));
                          })
                      .start();
                  return answer;
                }),
            unused,
            unused,
            InstantSource.system()));
    Thread.currentThread().interrupt();

    service.complete(service.begin("req-1", null), Ending.ANSWERED);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(service.stats().durable()).containsEntry(Tier.KAFKA, 1L);
    assertThat(unused.calls()).isEmpty();
  }

  @Test
  void clockThatThrows_isReplacedByTheSystems() {
    open(
        LoggingService.queued(
            SETTINGS, good, good, () -> HostileValues.sneak(new HostileValues.HostileError())));

    assertThat(service.complete(service.begin("req-1", null), Ending.ANSWERED)).isTrue();

    await().until(() -> good.durable().size() == 1);
  }

  @Test
  void begin_makesAnIdOfWhateverItIsGiven() {
    for (String id : new String[] {null, "", " ", "\0", "감".repeat(500), "\ud83d", "x".repeat(9)}) {
      for (String trace : new String[] {null, "", "x".repeat(1_000_000), "\ud83d"}) {
        LoggingContext context = service.begin(id, trace);
        assertThat(context.requestId()).isNotBlank().hasSizeLessThanOrEqualTo(128);
        assertThat(service.complete(context, null)).isTrue();
      }
    }
    assertThat(service.complete(null, null)).isFalse();

    await().until(() -> service.stats().durableTotal() == 28);
    assertThat(good.durable().values())
        .allSatisfy(
            event ->
                assertThat(
                        event
                            .document(Tier.SPOOL)
                            .bson()
                            .getString("requestId")
                            .getValue()
                            .getBytes(java.nio.charset.StandardCharsets.UTF_8))
                    .hasSizeLessThanOrEqualTo(256));
  }

  private void open(LoggingService other) {
    service.close();
    service = other;
  }

  private static LoggerPort port(
      Function<List<EncodedEvent>, CompletableFuture<List<DeliveryOutcome>>> answer) {
    return new LoggerPort() {
      @Override
      public CompletableFuture<List<DeliveryOutcome>> log(
          List<EncodedEvent> events, Deadline deadline) {
        return answer.apply(events);
      }

      @Override
      public void close() {}
    };
  }

  private static final class CallingTwice extends CompletableFuture<List<DeliveryOutcome>> {
    CallingTwice(int events) {}

    @Override
    public CompletableFuture<List<DeliveryOutcome>> whenComplete(
        BiConsumer<? super List<DeliveryOutcome>, ? super Throwable> action) {
      action.accept(null, new IllegalStateException("first"));
      action.accept(null, new IllegalStateException("second"));
      throw new HostileValues.HostileError();
    }

    @Override
    public List<DeliveryOutcome> get(long timeout, TimeUnit unit) {
      throw new HostileValues.HostileError();
    }
  }
}
