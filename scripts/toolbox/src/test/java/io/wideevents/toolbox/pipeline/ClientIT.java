package io.wideevents.toolbox.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.client.WideEventsClient;
import io.wideevents.logging.Ending;
import io.wideevents.logging.LoggingContext;
import io.wideevents.stack.FreePort;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A service with the client, and a gateway that is killed, slow, overloaded, and rejects some
 * events: each event is stored exactly once, or counted as rejected.
 */
@Timeout(900)
class ClientIT {
  private static final Duration BOUND = Duration.ofSeconds(240);
  private static final int REQUESTS = 6_000;

  /** One event of this many is larger than the gateway takes. */
  private static final int TOO_LARGE = 500;

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void events_areStoredOnceOrCountedWhileTheGatewayFails(boolean withJournal) throws Exception {
    TestPipeline pipeline =
        TestPipeline.shared(ClientIT.class, directory).with("EVENT_MAX_BYTES", "4KiB");
    int port = FreePort.find();
    Set<String> expected = new HashSet<>();
    try (WorkerProcess worker = pipeline.startWorker();
        StoredEvents stored = pipeline.stored()) {
      GatewayProcess first = start(pipeline, port, "first").awaitListening();
      try (FaultyProxy proxy = new FaultyProxy(first.url());
          WideEventsClient events = client(proxy, withJournal)) {
        // Given events under way
        request(events, 0, REQUESTS / 2, expected);
        await().atMost(BOUND).until(() -> events.stats().delivered() > 1_000);

        // When the gateway is killed, and comes back later
        first.process().kill9();
        request(events, REQUESTS / 2, REQUESTS, expected);
        try (GatewayProcess second = start(pipeline, port, "second").awaitListening()) {
          await()
              .atMost(BOUND)
              .until(() -> events.stats().delivered() + events.stats().rejectedTotal() >= REQUESTS);

          // Then
          StoredIds.awaitAll(stored, expected, BOUND);
          System.out.printf("journal=%s: %s, %s%n", withJournal, events.stats(), proxy.counts());
          int rejected = REQUESTS / TOO_LARGE;
          assertThat(events.stats().delivered()).isEqualTo(REQUESTS - rejected);
          assertThat(events.stats().rejectedTotal()).isEqualTo(rejected);
          assertThat(stored.all("requestId")).hasSize(REQUESTS - rejected);
          assertThat(proxy.counts()).containsKeys("429", "reply lost", "slow", "gateway 207");
          assertThat(second.process().isAlive()).isTrue();
          assertThat(worker.process().isAlive()).isTrue();
        }
      } finally {
        first.close();
      }
    }
  }

  private GatewayProcess start(TestPipeline pipeline, int port, String name) {
    return GatewayProcess.start(
        ProjectHome.find(), pipeline.settings(), port, directory.resolve(name + ".log"));
  }

  private WideEventsClient client(FaultyProxy proxy, boolean withJournal) {
    Map<String, String> environment = new HashMap<>();
    environment.put("GATEWAY_URL", proxy.url().toString());
    environment.put("GATEWAY_LINGER", "20ms");
    if (withJournal) {
      environment.put("GATEWAY_JOURNAL_DIR", directory.resolve("journal").toString());
    }
    return WideEventsClient.start("client-it", environment);
  }

  private static void request(WideEventsClient events, int from, int to, Set<String> expected) {
    for (int i = from; i < to; i++) {
      String id = "request-" + i;
      LoggingContext context = events.logging().begin(id, null).route("GET /").set("n", i);
      if (i % TOO_LARGE == 7) {
        context.set("large", "x".repeat(8_192));
      } else {
        expected.add(id);
      }
      events.logging().complete(context, Ending.ANSWERED);
    }
  }
}
