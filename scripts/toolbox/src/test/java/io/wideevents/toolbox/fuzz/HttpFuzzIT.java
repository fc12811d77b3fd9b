package io.wideevents.toolbox.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wideevents.stack.TestStack;
import io.wideevents.toolbox.fuzz.HealthProber.Probe;
import io.wideevents.toolbox.load.LoadGenerator;
import io.wideevents.toolbox.pipeline.GatewayProcess;
import io.wideevents.toolbox.pipeline.StoredEvents;
import io.wideevents.toolbox.pipeline.TestPipeline;
import io.wideevents.toolbox.pipeline.WorkerProcess;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Sends generated requests of every kind, from several clients at once, to a gateway with a heap of
 * 256 MiB. The gateway's memory stays bounded, health checks are answered within a second, and
 * every acknowledged event is stored.
 *
 * <p>{@code -Dwideevents.fuzz.requests=N} sends N requests, {@code -Dwideevents.fuzz.seed=S} begins
 * with another than the first. Request number n has the seed S + n: a request that the report names
 * is repeated alone by its seed and a number of 1.
 */
@Timeout(value = 4, unit = TimeUnit.HOURS)
@Tag("alone")
class HttpFuzzIT {
  private static final long SEED = Long.getLong("wideevents.fuzz.seed", 1);
  private static final int REQUESTS = Integer.getInteger("wideevents.fuzz.requests", 400);
  private static final int CLIENTS = 8;
  private static final int WARM_UP_PROBES = 50;
  private static final String HEAP = "-Xmx256m";
  private static final Duration HEALTH_BOUND = Duration.ofSeconds(1);
  private static final Duration STORED_BOUND = Duration.ofMinutes(4);
  private static final long KIBIBYTE = 1024;
  // The heap, the same size for direct buffers (the JVM's default bound), and memory for classes,
  // compiled code, threads and zstd.
  private static final long MAX_RSS_BYTES = 800 * KIBIBYTE * KIBIBYTE;
  // A body of a single request: generating several of the largest at once would take this JVM's
  // heap.
  private static final Semaphore MAKERS = new Semaphore(1);
  private static final Pattern STATUS = Pattern.compile("\"(\\d{3})\":|x-status: (\\d{3})");
  private static final Pattern IN_FLIGHT =
      Pattern.compile("(?m)^wide_events_in_flight_bytes(?:\\{[^}]*})? ([0-9.E+]+)$");

  private static final Pattern HEAP_USED =
      Pattern.compile("(?m)^jvm_memory_used_bytes\\{[^}]*area=\"heap\"[^}]*} ([0-9.E+]+)$");

  @TempDir private Path directory;

  @BeforeAll
  static void assumeServer() {
    assumeTrue(
        TestStack.mongoIsServer(),
        "The substitute for MongoDB keeps the flood in this JVM's memory");
  }

  @Test
  void gateway_keepsItsPromisesWhateverRequestsCome() throws Exception {
    // Given
    TestPipeline pipeline =
        TestPipeline.shared(HttpFuzzIT.class, directory)
            .with("JAVA_OPTS", HEAP)
            .with("HTTP_BODY_TIMEOUT", "5s");
    SoftAssertions promises = new SoftAssertions();
    Set<UUID> acknowledged;
    Set<String> ordinaryIds;
    try (GatewayProcess gateway = pipeline.startGateway().awaitListening();
        FuzzClient hostile = new FuzzClient(gateway.url(), 2);
        FuzzClient other = new FuzzClient(gateway.url(), 3);
        FuzzClient health = new FuzzClient(gateway.url(), 1)) {
      String host = gateway.url().getAuthority();
      FuzzReport report = new FuzzReport(documentedStatuses(health, gateway.url()));
      HealthProber prober = new HealthProber(health);
      OrdinaryClient ordinary = new OrdinaryClient(other, host);

      // When
      Instant start = Instant.now();
      try (prober;
          ordinary) {
        prober.start();
        ordinary.start();
        // A JVM that has just started answers its first requests slowly.
        await().until(() -> prober.probes().size() > WARM_UP_PROBES);
        sendAll(hostile, new RequestGenerator(host, start), report);
      }

      // Then
      print(start, report, prober, ordinary, gateway, health);
      promises.assertThat(gateway.process().isAlive()).as("the gateway lives").isTrue();
      promises
          .assertThat(Files.readString(gateway.process().log()))
          .as("the gateway's log")
          .doesNotContain("OutOfMemoryError");
      promises
          .assertThat(prober.probes().stream().filter(HttpFuzzIT::isBad))
          .as("health checks without an answer within %s", HEALTH_BOUND)
          .isEmpty();
      promises.assertThat(report.faults()).as("requests").isEmpty();
      promises.assertThat(peakBytes(gateway)).as("peak RSS").isLessThan(MAX_RSS_BYTES);
      promises
          .assertThat(Set.of(202, 429, 503))
          .as("an ordinary client's replies")
          .containsAll(ordinary.statuses().keySet());
      promises.assertThat(ordinary.acknowledged()).as("an ordinary client's events").isNotEmpty();
      promises
          .assertThatCode(() -> awaitMemoryGivenBack(health, host))
          .as("the memory of all requests is given back")
          .doesNotThrowAnyException();
      acknowledged = new HashSet<>(report.acknowledged());
      acknowledged.addAll(ordinary.acknowledgedIds());
      ordinaryIds = ordinary.acknowledged();
    }
    try (WorkerProcess worker = pipeline.startWorker();
        GatewayProcess gateway = pipeline.startGateway().awaitListening();
        StoredEvents stored = pipeline.stored()) {
      await()
          .atMost(STORED_BOUND)
          .pollInterval(Duration.ofSeconds(1))
          .untilAsserted(
              () ->
                  assertThat(missing(stored, acknowledged))
                      .as("acknowledged, not stored")
                      .isEmpty());
      Map<String, Integer> copies = copies(stored);
      promises
          .assertThat(ordinaryIds.stream().filter(id -> copies.getOrDefault(id, 0) != 1))
          .as("an ordinary client's events that are not stored exactly once")
          .isEmpty();
      promises.assertThat(gateway.process().isAlive()).isTrue();
      promises.assertThat(worker.process().isAlive()).isTrue();
    }
    promises.assertAll();
  }

  private static void sendAll(FuzzClient client, RequestGenerator generator, FuzzReport report)
      throws InterruptedException {
    Stream<LoadGenerator.Request> requests =
        LongStream.range(SEED, SEED + REQUESTS)
            .mapToObj(
                seed ->
                    due -> {
                      FuzzRequest request = make(generator, seed);
                      report.add(request, client.send(request));
                    });
    new LoadGenerator(0, CLIENTS).run(requests.iterator());
  }

  private static FuzzRequest make(RequestGenerator generator, long seed) {
    MAKERS.acquireUninterruptibly();
    try {
      return generator.make(seed);
    } finally {
      MAKERS.release();
    }
  }

  private static boolean isBad(Probe probe) {
    return !probe.failure().isEmpty() || probe.took().compareTo(HEALTH_BOUND) > 0;
  }

  /** Every status that the served description names, but the one for a fault of the gateway. */
  private static Set<Integer> documentedStatuses(FuzzClient client, URI gateway)
      throws IOException {
    Set<Integer> statuses = new TreeSet<>();
    Matcher matcher = STATUS.matcher(get(client, gateway.getAuthority(), "/openapi.yaml"));
    while (matcher.find()) {
      statuses.add(Integer.valueOf(matcher.group(1) == null ? matcher.group(2) : matcher.group(1)));
    }
    statuses.remove(500);
    return statuses;
  }

  private static void awaitMemoryGivenBack(FuzzClient client, String host) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> metric(get(client, host, "/metrics"), IN_FLIGHT) == 0);
  }

  private static double metric(String page, Pattern pattern) {
    double sum = 0;
    Matcher matcher = pattern.matcher(page);
    while (matcher.find()) {
      sum += Double.parseDouble(matcher.group(1));
    }
    return sum;
  }

  private static String get(FuzzClient client, String host, String path) throws IOException {
    try (Socket socket = client.connect()) {
      socket
          .getOutputStream()
          .write(
              "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
                  .formatted(path, host)
                  .getBytes(UTF_8));
      return new String(FuzzReply.read(socket.getInputStream(), "GET").orElseThrow().body(), UTF_8);
    }
  }

  /** The largest physical memory of the process so far; 0 on systems that do not report it. */
  private static long peakBytes(GatewayProcess gateway) throws IOException {
    Path status = Path.of("/proc", Long.toString(gateway.process().pid()), "status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIBIBYTE)
        .sum();
  }

  private static Set<UUID> missing(StoredEvents stored, Set<UUID> acknowledged) {
    Set<UUID> missing = new HashSet<>(acknowledged);
    stored.all("_id").forEach(event -> missing.remove(event.getBinary("_id").asUuid()));
    return missing;
  }

  private static Map<String, Integer> copies(StoredEvents stored) {
    Map<String, Integer> copies = new HashMap<>();
    stored
        .all("requestId")
        .forEach(event -> copies.merge(event.getString("requestId").getValue(), 1, Integer::sum));
    return copies;
  }

  private static void print(
      Instant start,
      FuzzReport report,
      HealthProber prober,
      OrdinaryClient ordinary,
      GatewayProcess gateway,
      FuzzClient client)
      throws IOException {
    System.out.printf(
        "Fuzz run: seed %d, %d clients, %s, %d s%n",
        SEED, CLIENTS, HEAP, Duration.between(start, Instant.now()).toSeconds());
    report.lines().forEach(System.out::println);
    System.out.printf(
        "  peak RSS %d MiB, heap in use %.0f MiB%n",
        peakBytes(gateway) / KIBIBYTE / KIBIBYTE,
        metric(get(client, gateway.url().getAuthority(), "/metrics"), HEAP_USED)
            / KIBIBYTE
            / KIBIBYTE);
    List<Probe> probes = new ArrayList<>(prober.probes());
    probes.sort(Comparator.comparing(Probe::took).reversed());
    System.out.printf(
        "  /health/live: %d questions, %d of them bad, this JVM stood still for %d ms%n",
        probes.size(),
        probes.stream().filter(HttpFuzzIT::isBad).count(),
        prober.stoodStill().toMillis());
    probes.stream()
        .limit(5)
        .forEach(
            probe ->
                System.out.printf(
                    "    after %5.1f s: %4d ms on a %s connection %s%n",
                    probe.at().toMillis() / 1000.0,
                    probe.took().toMillis(),
                    probe.onKeptConnection() ? "kept" : "fresh",
                    probe.failure()));
    System.out.printf(
        "  an ordinary client: %s, longest %d ms%n",
        ordinary.statuses(), ordinary.worst().toMillis());
  }
}
