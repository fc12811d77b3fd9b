package io.wideevents.toolbox.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.model.Filters;
import io.wideevents.logging.LoggingSettings;
import io.wideevents.stack.FreePort;
import io.wideevents.stack.TestStack;
import io.wideevents.toolbox.pipeline.ProjectHome;
import io.wideevents.toolbox.pipeline.StoredEvents;
import io.wideevents.toolbox.pipeline.TestPipeline;
import io.wideevents.toolbox.pipeline.TopicView;
import io.wideevents.toolbox.pipeline.WorkerProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Kills a service that uses the library repeatedly during its requests. With a journal no answered
 * event is lost. Without a journal the events of the last moments are lost.
 *
 * <p>The seed ({@code -Dwideevents.seed}) selects the number of answers before each kill. {@code
 * -Dwideevents.kills} sets the number of kills.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ShopKillIT {
  private static final long SEED = Long.getLong("wideevents.seed", 9);
  private static final int KILLS = Integer.getInteger("wideevents.kills", 1);
  private static final int CLIENTS = 4;
  private static final ProjectHome HOME = ProjectHome.find();
  private static final Duration BOUND = Duration.ofMinutes(2);

  // No event waits for the tiers longer than this, however they fail; milliseconds are usual.
  private static final Duration LOST_AT_MOST =
      LoggingSettings.DEFAULT_DELIVERY_TIMEOUT.plusSeconds(2);

  private final Random random = new Random(SEED);
  private final HttpClient http = HttpClient.newHttpClient();

  // The tests share one topic, one database and one worker. Each has its own spool and requests.
  @TempDir private static Path logs;
  private static Optional<TestPipeline> shared = Optional.empty();
  private static Optional<WorkerProcess> worker = Optional.empty();

  @TempDir private Path directory;

  @BeforeAll
  static void startWorker() {
    shared = Optional.of(TestPipeline.shared(ShopKillIT.class, logs));
    worker = shared.map(TestPipeline::startWorker);
  }

  @AfterAll
  static void closeWorker() {
    worker.ifPresent(WorkerProcess::close);
  }

  @AfterEach
  void close() {
    http.close();
  }

  /** What the shop finds; the last of its processes, and the worker, always find everything. */
  enum Reachable {
    KAFKA_AND_MONGODB,
    MONGODB,
    NOTHING;

    private Map<String, String> settings() {
      String unused = "127.0.0.1:" + FreePort.find();
      return switch (this) {
        case KAFKA_AND_MONGODB -> Map.of();
        case MONGODB -> Map.of("KAFKA_BROKER", unused);
        case NOTHING -> Map.of("KAFKA_BROKER", unused, "MONGODB_URI", "mongodb://" + unused);
      };
    }
  }

  /**
   * A shop's life, from its first request to its kill.
   *
   * @param killedAtNanos just before the signal was sent
   */
  private record Killed(Map<String, Long> answeredAtNanos, long killedAtNanos) {}

  @ParameterizedTest
  @EnumSource
  void journal_hasEveryRequestThatWasAnsweredStoredOnce(Reachable reachable) throws Exception {
    TestPipeline pipeline = ownSpool().with("LOGGING_JOURNAL", "true");
    List<Killed> lives = new ArrayList<>();

    Set<String> stored = storedAfterKills(pipeline, reachable, lives);

    Set<String> answered = new HashSet<>();
    lives.forEach(life -> answered.addAll(life.answeredAtNanos().keySet()));
    System.out.printf(
        "kill -9 with a journal, reachable %s: %d kills, %d requests answered%n",
        reachable, lives.size(), answered.size());
    answered.removeAll(stored);
    assertThat(answered).as("answered and not stored").isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void handOff_losesNothingButTheLastMoments(Reachable reachable) throws Exception {
    TestPipeline pipeline = ownSpool();
    List<Killed> lives = new ArrayList<>();

    Set<String> stored = storedAfterKills(pipeline, reachable, lives);

    for (Killed life : lives) {
      Map<String, Long> missing = new HashMap<>(life.answeredAtNanos());
      missing.keySet().removeAll(stored);
      long oldestNanos =
          missing.values().stream()
              // Some answers are still read when the one who wrote them is gone.
              .mapToLong(answered -> Math.max(0, life.killedAtNanos() - answered))
              .max()
              .orElse(0);
      System.out.printf(
          "kill -9 without a journal, reachable %s: %d of %d answered requests are missing, the"
              + " oldest answered %.1f ms before%n",
          reachable, missing.size(), life.answeredAtNanos().size(), oldestNanos / 1e6);
      assertThat(Duration.ofNanos(oldestNanos)).isLessThan(LOST_AT_MOST);
    }
  }

  /** Runs the shop, kills it, again and again, and says which requests' events are stored then. */
  private Set<String> storedAfterKills(
      TestPipeline pipeline, Reachable reachable, List<Killed> lives) throws Exception {
    Map<String, String> settings = new HashMap<>(pipeline.settings());
    settings.putAll(reachable.settings());
    String name = TestStack.uniqueName(ShopKillIT.class) + "-";
    try (StoredEvents stored = pipeline.stored()) {
      for (int kill = 0; kill < KILLS; kill++) {
        lives.add(runAndKill(name + kill, reachable, settings));
      }
      // Everything is back. On the same spool, and through it: when this last one's request is
      // stored, so is what the others left there.
      try (ShopProcess last = startShop(pipeline.with("LOGGING_JOURNAL", "true").settings());
          Shoppers shoppers = new Shoppers(name, last.awaitListening(), 1)) {
        String id = name + "last";
        assertThat(shoppers.request(id, "/v1/cart")).isTrue();
        await().atMost(BOUND).until(() -> stored.any(Filters.eq("requestId", id)).isPresent());
        awaitConsumed(pipeline);
      }
      assertThat(worker.orElseThrow().process().isAlive()).isTrue();
      List<String> ids =
          stored.all("requestId").stream()
              .map(document -> document.getString("requestId").getValue())
              .toList();
      // Not with AssertJ's own: comparing long lists takes the square of their length.
      Set<String> different = new HashSet<>(ids);
      assertThat(different.size()).as("requests stored, each once").isEqualTo(ids.size());
      return different;
    }
  }

  private TestPipeline ownSpool() {
    return shared.orElseThrow().with("SPOOL_DIR", directory.resolve("spool").toString());
  }

  private Killed runAndKill(String name, Reachable reachable, Map<String, String> settings)
      throws Exception {
    try (ShopProcess shop = startShop(settings)) {
      URI url = shop.awaitListening();
      long killedAtNanos;
      Shoppers shoppers = new Shoppers(name, url, 300 + random.nextInt(700));
      try (shoppers) {
        // A shop that has only just started has no connections yet, and holds its events meanwhile.
        if (reachable == Reachable.KAFKA_AND_MONGODB) {
          shop.awaitKafka();
        }
        assertThat(shoppers.request(name + "-first", "/v1/cart")).isTrue();
        awaitDurable(shop, url);
        shoppers.start(CLIENTS);
        shoppers.awaitAnswers();
        killedAtNanos = System.nanoTime();
        shop.kill();
      }
      return new Killed(shoppers.answeredAtNanos(), killedAtNanos);
    }
  }

  private void awaitDurable(ShopProcess shop, URI url) {
    await().atMost(BOUND).until(() -> shop.stats(http, url).durable() > 0);
  }

  private ShopProcess startShop(Map<String, String> settings) {
    return ShopProcess.start(HOME, LogMode.KAFKA, settings, directory.resolve("shop.log"));
  }

  private static void awaitConsumed(TestPipeline pipeline) {
    try (TopicView topic = pipeline.topic()) {
      await().atMost(BOUND).until(() -> topic.lag(pipeline.group()) == 0);
    }
  }
}
