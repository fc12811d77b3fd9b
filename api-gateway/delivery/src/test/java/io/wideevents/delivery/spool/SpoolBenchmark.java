package io.wideevents.delivery.spool;

import static org.awaitility.Awaitility.await;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.ForwardingEvent;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import io.wideevents.time.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * Measures how many single events a second become durable when several threads wait for each event,
 * and how fast a backlog is read and removed. The choice of the spool's storage is based on these
 * figures.
 *
 * <p>Not a test; run it with a directory on the disk in question.
 */
public final class SpoolBenchmark {
  private static final Duration WARM_UP = Duration.ofSeconds(2);
  private static final Duration MEASURED = Duration.ofSeconds(5);

  private SpoolBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    Path directory = Files.createTempDirectory(Path.of(arguments[0]), "spool");
    for (int threads : List.of(1, 8, 32)) {
      SpoolSettings settings = new SpoolSettings(directory, 4L << 30, 0, 1);
      try (EventSpool spool =
          EventSpool.open(settings, TestSpools.decoder(), InstantSource.system())) {
        System.out.printf("%d threads: %,d appends/s%n", threads, appendsPerSecond(spool, threads));
        drain(spool);
      }
    }
    delete(directory);
  }

  private static long appendsPerSecond(EventSpool spool, int threads) throws InterruptedException {
    EncodedEvent event = new MadeOnce(StubEvent.of("checkout", "x".repeat(450)));
    LongAdder durable = new LongAdder();
    long measuredFrom = System.nanoTime() + WARM_UP.toNanos();
    long end = measuredFrom + MEASURED.toNanos();
    List<Thread> clients = new ArrayList<>();
    for (int client = 0; client < threads; client++) {
      clients.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (System.nanoTime() < end) {
                      spool.append(List.of(event)).join();
                      if (System.nanoTime() > measuredFrom) {
                        durable.increment();
                      }
                    }
                  }));
    }
    for (Thread client : clients) {
      client.join();
    }
    return durable.sum() / MEASURED.toSeconds();
  }

  private static void drain(EventSpool spool) {
    long events = spool.stats().pendingEvents();
    long start = System.nanoTime();
    try (SpoolReplayer replayer =
        new SpoolReplayer(spool, new Taker(), DeadLetterPort.UNAVAILABLE, Integer.MAX_VALUE)) {
      replayer.start();
      await().atMost(Duration.ofMinutes(5)).until(() -> spool.stats().bytes() == 0);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        "  drained %,d events at %,.0f events/s; %,d bytes left%n",
        events, events / seconds, spool.stats().bytes());
  }

  /** A tier that confirms every event at once. */
  private static final class Taker implements LoggerPort {
    @Override
    public CompletableFuture<List<DeliveryOutcome>> log(
        List<EncodedEvent> events, Deadline deadline) {
      return CompletableFuture.completedFuture(
          Collections.nCopies(events.size(), new DeliveryOutcome.Durable(Tier.KAFKA)));
    }

    @Override
    public void close() {}
  }

  /** A stub that makes its JSON once, so that the benchmark does not measure the encoding. */
  private static final class MadeOnce extends ForwardingEvent {
    private final byte[] json;

    MadeOnce(StubEvent event) {
      super(event);
      this.json = event.json(Tier.SPOOL);
    }

    @Override
    public String requestId() {
      return "4711";
    }

    @Override
    public byte[] json(Tier tier) {
      return json;
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
