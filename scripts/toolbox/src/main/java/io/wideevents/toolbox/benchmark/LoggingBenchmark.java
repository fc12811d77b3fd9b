package io.wideevents.toolbox.benchmark;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import io.wideevents.logging.Ending;
import io.wideevents.logging.LoggingContext;
import io.wideevents.logging.LoggingService;
import io.wideevents.logging.LoggingSettings;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Measures the cost of an in-process event of about 700 bytes.
 *
 * <p>{@link #whole} does everything on one thread: begin, 22 fields, finalize, encode, hash, and
 * delivery to a tier that accepts the event at once. {@link #fields} measures only the calls during
 * the request. {@link #queued} is the configuration of services, with encoding and delivery on
 * another thread. {@code -prof gc} adds the bytes allocated.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class LoggingBenchmark {
  /** Enough that the sender thread's sleep of some milliseconds at their end is negligible. */
  static final int QUEUED_EVENTS = 10_000;

  private static final LoggingSettings SETTINGS =
      LoggingSettings.of("shop")
          .timed(Duration.ofSeconds(8), Duration.ofSeconds(5))
          // The benchmark produces events faster than one thread encodes them. They must not be
          // dropped.
          .boundedBy(64L << 20, 1L << 20);

  private final CountingTier tier = new CountingTier();
  private LoggingService waiting =
      LoggingService.waiting(SETTINGS, tier, tier, tier, InstantSource.system());
  private LoggingService queued =
      LoggingService.queued(SETTINGS, tier, tier, InstantSource.system());
  private long number;

  @Setup(Level.Trial)
  public void describe() {
    number++;
    complete(waiting);
    System.out.printf("# an event's own text has %d bytes%n", tier.lastBytes);
  }

  @TearDown(Level.Trial)
  public void close() {
    System.out.printf("# queued: %s%n", queued.stats());
    waiting.close();
    queued.close();
  }

  /** The whole cost of an event, on one thread. */
  @Benchmark
  public boolean whole() {
    return complete(waiting);
  }

  /** The same with encoding and delivery on the other thread, until the last event is delivered. */
  @Benchmark
  @OperationsPerInvocation(QUEUED_EVENTS)
  public long queued() {
    long expected = tier.delivered.sum() + QUEUED_EVENTS;
    for (int i = 0; i < QUEUED_EVENTS; i++) {
      complete(queued);
    }
    while (tier.delivered.sum() < expected) {
      Thread.onSpinWait();
    }
    return expected;
  }

  /** The fields alone, without finalizing. */
  @Benchmark
  public LoggingContext fields() {
    return fill(waiting.begin("req-0123456789abcdef", "4bf92f3577b34da6a3ce929d0e0e4736"));
  }

  private boolean complete(LoggingService service) {
    LoggingContext context =
        fill(service.begin("req-0123456789abcdef", "4bf92f3577b34da6a3ce929d0e0e4736"));
    return service.complete(context, Ending.ANSWERED);
  }

  private LoggingContext fill(LoggingContext context) {
    number++;
    return context
        .route("POST /v1/checkout")
        .user(4711 + number % 100, "customer")
        .set("http.method", "POST")
        .set("http.status", 200)
        .set("http.bytesOut", 5120)
        .set("http.userAgent", "shop-app/4.2 (Android)")
        .set("cart.items", 3)
        .set("cart.total", 59.97)
        .set("cart.currency", "EUR")
        .set("cart.skus", List.of("A-100", "B-220", "C-007"))
        .set("payment.provider", "card")
        .set("payment.attempt", 1)
        .set("payment.amountCents", 5997)
        .set("build.version", "2026.11.3")
        .set("build.commit", "9c06028")
        .set("build.region", "eu-central-1")
        .set("performance.dbMs", 12.5)
        .set("cacheHit", true)
        .set("host", "shop-7f9c-x2")
        .set("note", "Grüße, 감사합니다");
  }

  /** Accepts every event at once. */
  private static final class CountingTier implements LoggerPort {
    private final LongAdder delivered = new LongAdder();
    private volatile int lastBytes;

    @Override
    public CompletableFuture<List<DeliveryOutcome>> log(
        List<EncodedEvent> events, Deadline deadline) {
      if (lastBytes == 0) {
        String json =
            new String(events.getFirst().json(Tier.KAFKA), java.nio.charset.StandardCharsets.UTF_8);
        lastBytes = json.lastIndexOf(",\"_summary\":") + 1;
      }
      delivered.add(events.size());
      return CompletableFuture.completedFuture(
          Collections.nCopies(events.size(), new DeliveryOutcome.Durable(Tier.KAFKA)));
    }

    @Override
    public void close() {}
  }
}
