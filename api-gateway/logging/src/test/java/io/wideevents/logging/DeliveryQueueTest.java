package io.wideevents.logging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import io.wideevents.codec.EventFields;
import io.wideevents.codec.FieldRules;
import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import io.wideevents.logging.sampling.Sampling;
import io.wideevents.time.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;

class DeliveryQueueTest {
  private static final long MAX_BYTES = 1L << 20;
  private static final String NAME = "queue-under-test";

  private static final LoggingSettings SETTINGS =
      LoggingSettings.of("shop").timed(Duration.ofSeconds(30), Duration.ofSeconds(30));

  private final LoggingCounters counters = new LoggingCounters(Sampling.OFF);
  private final FieldRules rules = new FieldRules(SETTINGS.rules());

  /** An event that cannot be encoded is logged, and logging is the host's own code. */
  @Test
  void errorOutOfTheFinalizer_isADropAndCostsNoEventAfterIt() {
    Logger logger = (Logger) LoggerFactory.getLogger(LoggingService.class);
    TurboFilter broken = new BrokenLogging();
    logger.getLoggerContext().addTurboFilter(broken);
    try {
      List<DeliveryOutcome> outcomes = Collections.synchronizedList(new ArrayList<>());
      DeliveryQueue queue = queue(new AnsweringTier(), (event, outcome) -> outcomes.add(outcome));
      queue.start();

      // When
      assertThat(queue.offer(new Pending.Raw(unencodable()))).isTrue();
      assertThat(queue.offer(new Pending.Raw(request()))).isTrue();
      List<Pending> left = queue.close(Deadline.after(Duration.ofSeconds(30)));

      // Then
      assertThat(left).isEmpty();
      assertThat(outcomes).singleElement().isInstanceOf(DeliveryOutcome.Durable.class);
      assertThat(dropped(DropReason.NOT_ENCODED)).isEqualTo(1);
      assertThat(queue.pendingEvents()).isZero();
      assertThat(queue.pendingBytes()).isZero();
    } finally {
      logger.getLoggerContext().getTurboFilterList().remove(broken);
    }
  }

  static Stream<Arguments> tiers() {
    return Stream.of(
        tier("throws an exception", events -> sneak(new IllegalStateException("bug"))),
        tier("throws a checked exception", events -> sneak(new IOException("sneaky"))),
        tier("throws an error", events -> sneak(new StackOverflowError())),
        tier("lacks a class", events -> sneak(new NoClassDefFoundError("gone"))),
        tier("gives no future", events -> null),
        tier("fails its future", events -> CompletableFuture.failedFuture(new Error("late"))),
        tier("gives no outcomes", events -> CompletableFuture.completedFuture(null)),
        tier("gives too few", events -> CompletableFuture.completedFuture(List.of())),
        tier(
            "gives an outcome that is none",
            events ->
                CompletableFuture.completedFuture(
                    new ArrayList<>(Collections.nCopies(events.size(), null)))),
        tier(
            "interrupts its caller",
            events -> {
              Thread.currentThread().interrupt();
              return CompletableFuture.failedFuture(new InterruptedException());
            }));
  }

  @ParameterizedTest
  @MethodSource("tiers")
  void tierThatBreaksItsContract_confirmsNothingAndKeepsTheThread(
      String name, Function<List<EncodedEvent>, CompletableFuture<List<DeliveryOutcome>>> fault) {
    // Given
    List<DeliveryOutcome> outcomes = Collections.synchronizedList(new ArrayList<>());
    AtomicBoolean broken = new AtomicBoolean(true);
    DeliveryQueue queue =
        queue(
            new AnsweringTier() {
              @Override
              public CompletableFuture<List<DeliveryOutcome>> log(
                  List<EncodedEvent> events, Deadline deadline) {
                return broken.getAndSet(false) ? fault.apply(events) : super.log(events, deadline);
              }
            },
            (event, outcome) -> outcomes.add(outcome));
    queue.start();
    assertThat(queue.offer(new Pending.Raw(request()))).isTrue();
    await().until(() -> outcomes.size() == 1);

    // When
    assertThat(queue.offer(new Pending.Raw(request()))).isTrue();
    List<Pending> left = queue.close(Deadline.after(Duration.ofSeconds(30)));

    // Then
    assertThat(left).isEmpty();
    assertThat(outcomes)
        .satisfiesExactly(
            first -> assertThat(first).isInstanceOf(DeliveryOutcome.NotConfirmed.class),
            second -> assertThat(second).isInstanceOf(DeliveryOutcome.Durable.class));
    assertThat(queue.pendingEvents()).isZero();
    assertThat(queue.pendingBytes()).isZero();
  }

  @Test
  void errorOutOfTheAnswer_releasesTheEventAndThoseAfterIt() {
    LongAdder answered = new LongAdder();
    DeliveryQueue queue =
        queue(
            new AnsweringTier(),
            (event, outcome) -> {
              answered.increment();
              throw new StackOverflowError();
            });
    for (int i = 0; i < 10; i++) {
      assertThat(queue.offer(new Pending.Raw(request()))).isTrue();
    }
    queue.start();

    List<Pending> left = queue.close(Deadline.after(Duration.ofSeconds(30)));

    assertThat(left).isEmpty();
    assertThat(answered.sum()).isEqualTo(10);
    assertThat(queue.pendingEvents()).isZero();
    assertThat(queue.pendingBytes()).isZero();
  }

  @Test
  void threadThatATierInterrupted_waitsAgain() {
    List<DeliveryOutcome> outcomes = Collections.synchronizedList(new ArrayList<>());
    DeliveryQueue queue =
        queue(
            new AnsweringTier() {
              @Override
              public CompletableFuture<List<DeliveryOutcome>> log(
                  List<EncodedEvent> events, Deadline deadline) {
                Thread.currentThread().interrupt();
                return super.log(events, deadline);
              }
            },
            (event, outcome) -> outcomes.add(outcome));
    queue.start();
    assertThat(queue.offer(new Pending.Raw(request()))).isTrue();

    // Otherwise the thread would not park any more and would use a whole processor.
    await().until(() -> outcomes.size() == 1 && !senderThread().isInterrupted());

    queue.close(Deadline.after(Duration.ofSeconds(30)));
  }

  private static Thread senderThread() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals(NAME))
        .findAny()
        .orElseThrow();
  }

  private static Arguments tier(
      String name, Function<List<EncodedEvent>, CompletableFuture<List<DeliveryOutcome>>> fault) {
    return Arguments.of(name, fault);
  }

  /** Throws a checked exception without declaring it, as Kotlin code does. */
  @SuppressWarnings("unchecked")
  private static <T, E extends Throwable> T sneak(Throwable failure) throws E {
    throw (E) failure;
  }

  private long dropped(DropReason reason) {
    return counters.snapshot(0).dropped().getOrDefault(reason, 0L);
  }

  private static final class BrokenLogging extends TurboFilter {
    @Override
    public FilterReply decide(
        Marker marker, Logger logger, Level level, String format, Object[] params, Throwable t) {
      throw new IllegalStateException("the host's logging is broken");
    }
  }

  private FinalizedRequest unencodable() {
    return new FinalizedRequest(
        "req-1",
        null,
        null,
        System.currentTimeMillis(),
        1,
        0,
        System.nanoTime(),
        rules.newFields());
  }

  private FinalizedRequest request() {
    EventFields fields = rules.newFields();
    return new FinalizedRequest(
        "req-1", null, "GET /cart", System.currentTimeMillis(), 1, 0, System.nanoTime(), fields);
  }

  private DeliveryQueue queue(LoggerPort tier, DeliveryQueue.Outcomes outcomes) {
    return new DeliveryQueue(
        NAME,
        MAX_BYTES,
        tier,
        SETTINGS.deliveryTimeout(),
        new EventFinalizer("shop", Sampling.OFF, rules, counters),
        outcomes);
  }

  /** Confirms everything at once. */
  private static class AnsweringTier implements LoggerPort {
    @Override
    public CompletableFuture<List<DeliveryOutcome>> log(
        List<EncodedEvent> events, Deadline deadline) {
      return CompletableFuture.completedFuture(
          Collections.nCopies(events.size(), new DeliveryOutcome.Durable(Tier.KAFKA)));
    }

    @Override
    public void close() {}
  }
}
