package io.wideevents.toolbox.shop;

import com.mongodb.ConnectionString;
import io.wideevents.stack.BrokerSettings;
import io.wideevents.stack.LocalStack;
import io.wideevents.stack.MongodSettings;
import io.wideevents.stack.Teardown;
import io.wideevents.stack.WorkDirectory;
import io.wideevents.toolbox.pipeline.ProjectHome;
import io.wideevents.toolbox.pipeline.StoredEvents;
import io.wideevents.toolbox.pipeline.WorkerProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Runs the same shop in all modes at a time, each a process of its own, and loads one after the
 * other in short rounds, so that whatever the machine does meanwhile meets all of them alike.
 * MongoDB, behind a proxy that delays its answers, is the same for all; so is the log-worker, which
 * stores what the Kafka mode publishes.
 */
final class LatencyComparison {
  private final LatencySettings settings;
  private final Consumer<String> progress;
  private final Teardown teardown;
  private final ProjectHome home = ProjectHome.find();
  private final HttpClient client = HttpClient.newHttpClient();

  LatencyComparison(LatencySettings settings, Consumer<String> progress, Teardown teardown) {
    this.settings = settings;
    this.progress = progress;
    this.teardown = teardown;
  }

  /** A shop that answers. */
  private record Subject(ShopProcess process, URI url) {}

  /** What was seen of one mode at one delay so far. */
  private record Seen(OpenLoopLoad.Result load, long cpuNanos) {}

  /**
   * Measures; everything it starts goes to the teardown.
   *
   * @throws IllegalStateException if a part fails, with the end of its output
   */
  List<LatencyRow> run() throws InterruptedException {
    WorkDirectory directory =
        teardown.open(() -> WorkDirectory.create(null, "compare-latency"), WorkDirectory::close);
    progress.accept("Starting a Kafka broker and a MongoDB");
    LocalStack stack =
        LocalStack.start(System.getenv(), BrokerSettings.DEFAULT, MongodSettings.DEFAULT);
    teardown.open(() -> stack, LocalStack::close);
    progress.accept("MongoDB: " + stack.mongo().describe());
    DelayProxy proxy = teardown.open(() -> proxy(stack.mongo().uri()), DelayProxy::close);
    String database = "wide_events_latency_" + ProcessHandle.current().pid();
    teardown.open(
        () -> new StoredEvents(stack.mongo().uri(), database),
        stored -> {
          if (!stack.mongo().temporary()) {
            stored.drop();
          }
          stored.close();
        });
    Map<String, String> environment =
        Map.of(
            "KAFKA_BROKER", stack.broker().bootstrapServers(),
            // Without discovery, which would lead around the proxy.
            "MONGODB_URI", "mongodb://127.0.0.1:%d/?directConnection=true".formatted(proxy.port()),
            "MONGODB_DATABASE", database);
    progress.accept("Starting the log-worker and a shop in each mode");
    WorkerProcess worker =
        teardown.open(
            () -> WorkerProcess.start(home, environment, directory.path().resolve("worker.log")),
            started -> started.process().kill9());
    List<Subject> shops = shops(environment, directory.path());
    worker.awaitConsuming();
    return measure(shops, proxy);
  }

  private static DelayProxy proxy(String mongoUri) {
    String host =
        Optional.ofNullable(new ConnectionString(mongoUri).getHosts())
            .map(List::getFirst)
            .orElseThrow();
    int colon = host.lastIndexOf(':');
    return colon < 0
        ? DelayProxy.open(host, 27017)
        : DelayProxy.open(host.substring(0, colon), Integer.parseInt(host.substring(colon + 1)));
  }

  private List<Subject> shops(Map<String, String> environment, Path directory) {
    List<ShopProcess> started = new ArrayList<>();
    for (LogMode mode : LogMode.values()) {
      Map<String, String> own = new HashMap<>(environment);
      own.put("SPOOL_DIR", directory.resolve("spool-" + mode.label()).toString());
      // The toolbox's commands are compiled lightly, to start fast; a service is not.
      own.put(
          "JAVA_OPTS",
          "-XX:TieredStopAtLevel=4 -Xmx256m -XX:-UsePerfData -Djava.io.tmpdir=" + directory);
      started.add(
          teardown.open(
              () ->
                  ShopProcess.start(
                      home, mode, own, directory.resolve("shop-" + mode.label() + ".log")),
              ShopProcess::kill));
    }
    return started.stream().map(shop -> new Subject(shop, shop.awaitListening())).toList();
  }

  private List<LatencyRow> measure(List<Subject> shops, DelayProxy proxy)
      throws InterruptedException {
    OpenLoopLoad load = new OpenLoopLoad(client, settings.requestsPerSecond());
    progress.accept("Warming up");
    for (Subject shop : shops) {
      load.run(shop.url(), settings.warmUp(), 1);
    }
    List<LatencyRow> rows = new ArrayList<>();
    for (Duration delay : settings.mongoDelays()) {
      proxy.delay(delay);
      Map<LogMode, Seen> seen = new EnumMap<>(LogMode.class);
      for (int round = 0; round < settings.rounds(); round++) {
        progress.accept(
            "MongoDB slowed by %d ms, round %d of %d"
                .formatted(delay.toMillis(), round + 1, settings.rounds()));
        for (int i = 0; i < shops.size(); i++) {
          // Another first in each round, so that none always follows the same one.
          Subject shop = shops.get((i + round) % shops.size());
          Seen before =
              seen.getOrDefault(shop.process().mode(), new Seen(OpenLoopLoad.Result.none(), 0));
          seen.put(shop.process().mode(), once(load, shop, round, before));
        }
      }
      seen.forEach((mode, all) -> rows.add(row(mode, delay, all)));
    }
    for (Subject shop : shops) {
      ShopProcess.Stats stats = shop.process().stats(client, shop.url());
      progress.accept("%s: %s".formatted(shop.process().mode().label(), stats));
    }
    return rows;
  }

  private Seen once(OpenLoopLoad load, Subject shop, int round, Seen before)
      throws InterruptedException {
    long cpu = shop.process().stats(client, shop.url()).cpuNanos();
    OpenLoopLoad.Result result =
        load.run(shop.url(), settings.roundDuration(), 1_000_000L * (round + 1));
    long used = shop.process().stats(client, shop.url()).cpuNanos() - cpu;
    return new Seen(before.load().plus(result), before.cpuNanos() + used);
  }

  private LatencyRow row(LogMode mode, Duration delay, Seen seen) {
    long requests = seen.load().micros().getTotalCount();
    return new LatencyRow(
        mode,
        delay.toMillis(),
        settings.requestsPerSecond(),
        requests,
        seen.load().failures(),
        seen.load().millis(50),
        seen.load().millis(90),
        seen.load().millis(99),
        seen.cpuNanos() / 1e6 / requests);
  }
}
