package io.wideevents.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Outcome;
import io.wideevents.event.Tier;
import io.wideevents.logging.sampling.Sampling;
import io.wideevents.logging.sampling.SamplingText;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class LoggingServiceTest {
  private static final LoggingSettings SETTINGS =
      LoggingSettings.of("shop").timed(Duration.ofSeconds(5), Duration.ofSeconds(10));

  private final RecordingLogger tier = new RecordingLogger(Tier.KAFKA);
  private final RecordingLogger spool = new RecordingLogger(Tier.SPOOL);
  private final List<LoggingService> opened = new ArrayList<>();

  @AfterEach
  void close() {
    opened.forEach(LoggingService::close);
  }

  @Test
  void current_doesNothingOutsideOfARequest() {
    LoggingContext none = LoggingContext.current();

    none.user("1").set("a", 1).error("X", "y").error(new IllegalStateException()).stage("s");
    none.time("db").close();

    assertThat(none.isRequest()).isFalse();
    assertThat(none.requestId()).isEmpty();
    LoggingService service = queued(SETTINGS);
    assertThat(service.complete(none, Ending.ANSWERED)).isFalse();
    assertThat(service.stats().finalized()).isZero();
  }

  @Test
  void complete_handsOffWhatWasSaidWhileTheRequestRan() {
    LoggingService service = queued(SETTINGS);
    LoggingContext context = service.begin("req-1", "4bf92f3577b34da6a3ce929d0e0e4736");
    LoggingContext.Binding binding = context.bind();
    LoggingContext.current().route("POST /checkout").user(4711, "customer").set("cart.items", 3);
    LoggingContext.current().stage("reserving");
    LoggingContext.current().stage("charging");
    LoggingContext.current().time("payment").close();
    LoggingContext.current().time("payment").close();
    binding.close();

    boolean completed = service.complete(context, Ending.ANSWERED);

    assertThat(completed).isTrue();
    BsonDocument event = onlyEvent(tier);
    assertThat(event.getString("requestId").getValue()).isEqualTo("req-1");
    assertThat(event.getString("service").getValue()).isEqualTo("shop");
    assertThat(event.getString("route").getValue()).isEqualTo("POST /checkout");
    assertThat(event.getString("traceId").getValue()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
    assertThat(event.getDocument("user").getInt32("id").getValue()).isEqualTo(4711);
    assertThat(event.getDocument("cart").getInt32("items").getValue()).isEqualTo(3);
    assertThat(event.getString("stage").getValue()).isEqualTo("charging");
    BsonDocument performance = event.getDocument("performance");
    assertThat(performance).containsKeys("durationMs", "paymentMs", "stageMs");
    assertThat(performance.getDocument("stageMs")).containsKeys("reserving", "charging");
    assertThat(LoggingContext.current().isRequest()).isFalse();
    assertThat(service.stats().durable()).containsEntry(Tier.KAFKA, 1L);
  }

  @Test
  void complete_isTheFirstOnesAlone() {
    LoggingService service = queued(SETTINGS);
    LoggingContext context = service.begin("req-1", null);

    assertThat(service.complete(context, Ending.TIMED_OUT)).isTrue();
    assertThat(service.complete(context, Ending.ANSWERED)).isFalse();
    context.set("late", 1).error("LATE", "too late").route("GET /late").stage("late");

    BsonDocument event = onlyEvent(tier);
    assertThat(event.getDocument("error").getString("code").getValue()).isEqualTo("TIMEOUT");
    assertThat(event).doesNotContainKeys("late", "stage");
    assertThat(event.getString("route").getValue()).isEqualTo("unmatched");
    assertThat(service.stats().lateWrites()).isEqualTo(4);
    assertThat(service.stats().finalized()).isEqualTo(1);
  }

  @Test
  void complete_keepsTheErrorOfARequestWhoseClientWentAway() {
    LoggingService service = queued(SETTINGS);
    LoggingContext failed = service.begin("failed", null).error("DECLINED", "no money");
    LoggingContext fine = service.begin("fine", null);

    service.complete(failed, Ending.ABORTED);
    service.complete(fine, Ending.ABORTED);

    await().until(() -> tier.durable().size() == 2);
    assertThat(documents(tier))
        .extracting(event -> event.getDocument("error").getString("code").getValue())
        .containsExactly("DECLINED", "CLIENT_ABORTED");
  }

  @Test
  void error_saysWhatWasThrownAndWhere() {
    LoggingService service = queued(SETTINGS);
    LoggingContext context = service.begin("req-1", null);

    context.error(new IllegalArgumentException("no such sku"));
    service.complete(context, Ending.ANSWERED);

    BsonDocument error = onlyEvent(tier).getDocument("error");
    assertThat(error.getString("code").getValue()).isEqualTo("IllegalArgumentException");
    assertThat(error.getString("message").getValue()).isEqualTo("no such sku");
    assertThat(error.getString("at").getValue()).contains("LoggingServiceTest");
  }

  @Test
  void wrap_carriesTheRequestToOtherThreads() throws Exception {
    LoggingService service = queued(SETTINGS);
    LoggingContext context = service.begin("req-1", null);
    ExecutorService executor = Executors.newSingleThreadExecutor();
    try {
      LoggingContext.Binding binding = context.bind();
      Runnable runnable = () -> LoggingContext.current().set("runnable", 1);
      Callable<String> callable = () -> LoggingContext.current().set("callable", 2).requestId();
      Future<?> ran = executor.submit(LoggingContext.wrap(runnable));
      Future<String> called = executor.submit(LoggingContext.wrap(callable));
      LoggingContext.wrap(executor).execute(() -> LoggingContext.current().set("executor", 3));
      var supplied = LoggingContext.wrapSupplier(() -> LoggingContext.current().requestId());
      binding.close();
      ran.get(30, TimeUnit.SECONDS);

      assertThat(called.get(30, TimeUnit.SECONDS)).isEqualTo("req-1");
      assertThat(supplied.get()).isEqualTo("req-1");
      assertThat(executor.submit(() -> LoggingContext.current().isRequest()).get()).isFalse();
    } finally {
      executor.shutdown();
    }
    service.complete(context, Ending.ANSWERED);
    assertThat(onlyEvent(tier)).containsKeys("runnable", "callable", "executor");
  }

  @Test
  void call_runsAJobAsARequest() throws Exception {
    LoggingService service = queued(SETTINGS);

    assertThat(service.call("job recount", () -> LoggingContext.current().set("n", 1).isRequest()))
        .isTrue();
    assertThatThrownBy(
            () ->
                service.call(
                    "job broken",
                    () -> {
                      throw new IllegalStateException("broken");
                    }))
        .hasMessage("broken");

    await().until(() -> tier.durable().size() == 2);
    assertThat(tier.durable().values())
        .extracting(EncodedEvent::outcome)
        .containsExactly(Outcome.SUCCESS, Outcome.FAILED);
  }

  @Test
  void handOff_goesToTheSpoolWhenNoTierConfirms() {
    tier.goDown();
    LoggingService service = queued(SETTINGS);

    complete(service, 10);

    await().until(() -> spool.durable().size() == 10);
    await().until(() -> service.stats().inFlight() == 0);
    assertThat(service.stats().durable()).containsEntry(Tier.SPOOL, 10L);
    assertThat(service.stats().overflowed()).isEqualTo(10);
    assertThat(service.stats().droppedTotal()).isZero();
  }

  @Test
  void handOff_staysBoundedOverflowsAndThenDropsWhileNothingAnswers() {
    tier.fallSilent();
    spool.fallSilent();
    LoggingService service = queued(SETTINGS.boundedBy(20_000, 10_000));

    complete(service, 1_000);

    LoggingStats stats = service.stats();
    assertThat(stats.queuedBytes()).isLessThanOrEqualTo(30_000);
    assertThat(stats.overflowed()).isPositive();
    assertThat(stats.dropped().get(DropReason.QUEUES_FULL)).isBetween(900L, 1_000L);
    assertThat(stats.inFlight()).isEqualTo(1_000 - stats.droppedTotal());
  }

  @Test
  void handOff_usesTheSpoolWhileTheTiersAreSlowAndLosesNothing() {
    tier.fallSilent();
    LoggingService service =
        queued(
            SETTINGS
                .boundedBy(20_000, 50_000_000)
                .timed(Duration.ofMillis(200), Duration.ofSeconds(10)));

    complete(service, 1_000);

    await().until(() -> service.stats().inFlight() == 0);
    assertThat(service.stats().durable()).containsEntry(Tier.SPOOL, 1_000L);
    assertThat(spool.durable()).hasSize(1_000);
  }

  @Test
  void handOff_survivesATierThatThrows() {
    LoggingService service =
        open(LoggingService.queued(SETTINGS, new ThrowingLogger(), spool, InstantSource.system()));

    complete(service, 3);

    await().until(() -> spool.durable().size() == 3);
  }

  @Test
  void refusedEvents_areCounted() {
    tier.refuse(event -> true);
    LoggingService service = queued(SETTINGS);

    complete(service, 2);

    await().until(() -> service.stats().inFlight() == 0);
    assertThat(service.stats().dropped()).containsEntry(DropReason.REFUSED, 2L);
  }

  @Test
  void close_deliversWhatWasHandedOff() {
    LoggingService service = queued(SETTINGS);
    complete(service, 5_000);

    service.close();
    service.close();
    LoggingContext late = service.begin("late", null);
    service.complete(late, Ending.ANSWERED);

    assertThat(tier.durable()).hasSize(5_000);
    assertThat(service.stats().dropped()).containsEntry(DropReason.CLOSED, 1L);
  }

  @Test
  void waiting_hasTheEventConfirmedWhenCompleteReturns() {
    LoggingService service =
        open(LoggingService.waiting(SETTINGS, spool, tier, spool, InstantSource.system()));

    complete(service, 1);

    assertThat(spool.durable()).hasSize(1);
    assertThat(service.waits()).isTrue();
    spool.goDown();
    complete(service, 1);
    await().until(() -> tier.durable().size() == 1);
  }

  @Test
  void waiting_throwsNoErrorOfTheTierIntoTheRequest() {
    LoggerPort broken =
        new LoggerPort() {
          @Override
          public CompletableFuture<List<DeliveryOutcome>> log(
              List<EncodedEvent> events, Deadline deadline) {
            throw new NoClassDefFoundError("gone");
          }

          @Override
          public void close() {}
        };
    LoggingService service =
        open(LoggingService.waiting(SETTINGS, broken, tier, spool, InstantSource.system()));

    complete(service, 1);

    await().until(() -> tier.durable().size() == 1);
  }

  @Test
  void sampling_dropsOnlyWhatItsRulesSayAndCountsPerRule() {
    Sampling sampling =
        new Sampling(
            SamplingText.parse("error=all; rest=1/1000000000").rules(), Sampling.Mode.DROP);
    LoggingService service = queued(SETTINGS.sampledBy(sampling));

    complete(service, 50);
    service.complete(service.begin("failed", null).error("X", "y"), Ending.ANSWERED);

    BsonDocument event = onlyEvent(tier);
    assertThat(event.getDocument("_sampling").getString("rule").getValue()).isEqualTo("error");
    assertThat(event.getDocument("_sampling").getInt32("rate").getValue()).isEqualTo(1);
    assertThat(service.stats().sampledOut()).isEqualTo(50);
    assertThat(service.stats().rules())
        .containsExactly(
            new LoggingStats.Rule("error", 1, 0), new LoggingStats.Rule("rest", 0, 50));
  }

  @Test
  void sampling_keepsEverythingInADryRunAndTellsWhatItWouldDo() {
    Sampling sampling =
        new Sampling(SamplingText.parse("rest=1/1000000000").rules(), Sampling.Mode.DRY_RUN);
    LoggingService service = queued(SETTINGS.sampledBy(sampling));

    complete(service, 1);

    BsonDocument noted = onlyEvent(tier).getDocument("_sampling");
    assertThat(noted.getInt32("rate").getValue()).isEqualTo(1);
    assertThat(noted.getDocument("dryRun").getInt32("rate").getValue()).isEqualTo(1_000_000_000);
    assertThat(noted.getDocument("dryRun").getBoolean("kept").getValue()).isFalse();
    assertThat(service.stats().rules()).containsExactly(new LoggingStats.Rule("rest", 0, 1));
  }

  private static void complete(LoggingService service, int requests) {
    for (int i = 0; i < requests; i++) {
      service.complete(service.begin("req-" + i, null).set("n", i), Ending.ANSWERED);
    }
  }

  private LoggingService queued(LoggingSettings settings) {
    return open(LoggingService.queued(settings, tier, spool, InstantSource.system()));
  }

  private LoggingService open(LoggingService service) {
    opened.add(service);
    return service;
  }

  private static BsonDocument onlyEvent(RecordingLogger logger) {
    await().until(() -> !logger.durable().isEmpty());
    assertThat(logger.durable()).hasSize(1);
    return documents(logger).getFirst();
  }

  private static List<BsonDocument> documents(RecordingLogger logger) {
    return logger.durable().values().stream()
        .<BsonDocument>map(event -> event.document(Tier.KAFKA).bson())
        .toList();
  }

  private static final class ThrowingLogger implements LoggerPort {
    @Override
    public java.util.concurrent.CompletableFuture<List<DeliveryOutcome>> log(
        List<EncodedEvent> events, Deadline deadline) {
      throw new IllegalStateException("a bug");
    }

    @Override
    public void close() {}
  }
}
