package io.wideevents.toolbox.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wideevents.stack.TestStack;
import io.wideevents.toolbox.load.LoadGenerator;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The gateway's memory stays bounded under requests of many clients at once. {@code
 * -Dwideevents.rounds} sets the number of requests of each client.
 */
@Timeout(600)
class GatewayMemoryIT {
  private static final Duration BOUND = Duration.ofSeconds(240);
  // A JVM of a test ends before the optimising compiler would pay.
  private static final String JVM = "-Xmx256m -XX:TieredStopAtLevel=1";
  private static final int CLIENTS = 64;
  private static final int ROUNDS = Integer.getInteger("wideevents.rounds", 1);
  private static final Set<Integer> DOCUMENTED = Set.of(202, 207, 400, 408, 413, 422, 429, 503);

  private final Map<String, Map<Integer, Integer>> answers = new ConcurrentHashMap<>();
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final Queue<Lost> lost = new ConcurrentLinkedQueue<>();

  @TempDir private Path directory;

  /** A request whose connection ended without an answer. */
  private record Lost(String kind, String how) {}

  @BeforeAll
  static void assumeServer() {
    assumeTrue(
        TestStack.mongoIsServer(),
        "The substitute for MongoDB keeps the flood in this JVM's memory");
  }

  @Test
  void gateway_survivesWhateverIsSentToIt() throws Exception {
    TestPipeline pipeline =
        TestPipeline.shared(GatewayMemoryIT.class, directory)
            .with("JAVA_OPTS", JVM)
            .with("HTTP_BODY_TIMEOUT", "5s");
    flood(pipeline);
  }

  @Test
  void gateway_survivesItWithoutKafka() throws Exception {
    flood(
        TestPipeline.shared(GatewayMemoryIT.class, directory)
            .with("JAVA_OPTS", JVM)
            .with("HTTP_BODY_TIMEOUT", "5s")
            .with("MQ_ENABLED", "false"));
  }

  @Test
  void gateway_survivesItWithTheSpoolAlone() throws Exception {
    TestPipeline down =
        TestPipeline.shared(GatewayMemoryIT.class, directory)
            .with("JAVA_OPTS", JVM)
            .with("HTTP_BODY_TIMEOUT", "5s")
            .with("SPOOL_MAX_BYTES", "512MiB");
    try (GatewayProcess gateway =
        down.with("KAFKA_BROKER", "127.0.0.1:1")
            .with("MONGODB_URI", "mongodb://127.0.0.1:1")
            .startGateway()
            .awaitListening()) {
      flood(gateway);
    }
    // Another gateway replays the spool.
    try (GatewayProcess gateway = down.startGateway().awaitListening()) {
      assertAllStored(down, gateway);
    }
  }

  /** Floods a gateway, and looks for the acknowledged events. */
  private void flood(TestPipeline pipeline) throws Exception {
    try (GatewayProcess gateway = pipeline.startGateway().awaitListening()) {
      flood(gateway);
      assertAllStored(pipeline, gateway);
    }
  }

  private void flood(GatewayProcess gateway) throws Exception {
    try (Posters ordinary = new Posters(gateway.url())) {
      // When
      sendAll(gateway.url());
      // Then
      String memory = peak(gateway.process().pid());
      System.out.printf("%s, %d clients: %s%n", JVM, CLIENTS, memory);
      answers.forEach((kind, statuses) -> System.out.printf("  %-24s %s%n", kind, statuses));
      lost.forEach(each -> System.out.printf("  no answer to %s %s%n", each.kind(), each.how()));
      assertThat(gateway.process().isAlive()).as(gateway.process().logTail()).isTrue();
      assertThat(Files.readString(gateway.process().log())).doesNotContain("OutOfMemoryError");
      assertThat(lost).as("clients that were cut off without an answer").isEmpty();
      answers.forEach(
          (kind, statuses) -> assertThat(DOCUMENTED).as(kind).containsAll(statuses.keySet()));
      await().atMost(BOUND).until(() -> ordinary.post("ordinary", 1, 100) == 202);
      // A request that 64 clients at once had to repeat is accepted when it is alone.
      for (HostileRequest kind : HostileRequest.allowed()) {
        await().atMost(BOUND).until(() -> send(kind, gateway.url(), "alone") == 202);
      }
      System.out.printf("  afterwards, alone: %s%n", peak(gateway.process().pid()));
      acknowledged.addAll(ordinary.acknowledged());
      assertThat(acknowledged).isNotEmpty();
    }
  }

  private void assertAllStored(TestPipeline pipeline, GatewayProcess gateway) {
    try (WorkerProcess worker = pipeline.startWorker();
        StoredEvents stored = pipeline.stored()) {
      StoredIds.awaitAll(stored, acknowledged, BOUND);
      assertThat(gateway.process().isAlive()).isTrue();
      assertThat(worker.process().isAlive()).isTrue();
    }
  }

  private void sendAll(URI gateway) throws InterruptedException {
    List<HostileRequest> kinds = HostileRequest.all();
    Stream<LoadGenerator.Request> requests =
        IntStream.range(0, CLIENTS * ROUNDS)
            .mapToObj(
                i -> {
                  int client = i % CLIENTS;
                  int round = i / CLIENTS;
                  // In each round a client sends another kind of request.
                  HostileRequest kind = kinds.get((client + round) % kinds.size());
                  return due -> send(kind, gateway, "%d-%d".formatted(client, round));
                });
    new LoadGenerator(0, CLIENTS).run(requests.iterator());
  }

  private int send(HostileRequest kind, URI gateway, String name) {
    HostileRequest.Answer answer = kind.send(gateway, name);
    answers
        .computeIfAbsent(kind.name(), unused -> new ConcurrentHashMap<>())
        .merge(answer.status(), 1, Integer::sum);
    if (answer.status() == 0) {
      lost.add(new Lost(kind.name(), answer.lost()));
    }
    if (answer.status() == 202) {
      acknowledged.addAll(answer.requestIds());
    }
    return answer.status();
  }

  /** The largest physical memory of the process so far, and the current one. */
  private static String peak(long pid) throws IOException {
    Path status = Path.of("/proc", Long.toString(pid), "status");
    if (!Files.exists(status)) {
      return "only Linux reports the peak memory";
    }
    Map<String, String> lines = new TreeMap<>();
    for (String line : Files.readAllLines(status)) {
      String[] parts = line.split(":", 2);
      lines.put(parts[0], parts[1].strip());
    }
    return "VmHWM %s, VmRSS %s".formatted(lines.get("VmHWM"), lines.get("VmRSS"));
  }
}
