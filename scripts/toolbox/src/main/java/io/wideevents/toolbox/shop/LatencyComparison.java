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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Runs the same shop in all modes at once, each as its own process, and sends requests to them in
 * turn. All modes share one MongoDB, behind a proxy that delays its responses, and one log-worker,
 * which stores the events of the Kafka mode.
 */
final class LatencyComparison {
  private static final long SEED = 1_000_000;

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

  /**
   * Runs the measurement. All processes are added to the teardown.
   *
   * @throws IllegalStateException if a process fails, with the end of its output
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
            // directConnection: with discovery, the driver would bypass the proxy.
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
      // The launcher limits JIT compilation so that commands start fast. The shop is a service and
      // runs without that limit.
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
    List<URI> urls = shops.stream().map(Subject::url).toList();
    progress.accept("Warming up");
    new WarmUp(client).run(urls, settings.warmUp());
    OpenLoopLoad load = new OpenLoopLoad(client, settings.requestsPerSecond());
    List<LatencyRow> rows = new ArrayList<>();
    for (Duration delay : settings.mongoDelays()) {
      progress.accept(
          "MongoDB slowed by %d ms: %d s"
              .formatted(delay.toMillis(), settings.duration().toSeconds()));
      proxy.delay(delay);
      List<Long> before = cpuNanos(shops);
      List<OpenLoopLoad.Result> results =
          load.run(urls, settings.duration(), SEED + delay.toMillis());
      List<Long> after = cpuNanos(shops);
      for (int i = 0; i < shops.size(); i++) {
        long used = after.get(i) - before.get(i);
        rows.add(row(shops.get(i).process().mode(), delay, results.get(i), used));
      }
    }
    for (Subject shop : shops) {
      ShopProcess.Stats stats = stats(shop);
      if (stats.finalized() > 0) {
        progress.accept(
            "Logging to %s: %d events, %d dropped, 99 %% of them durable within %.0f ms"
                .formatted(
                    shop.process().mode().label(),
                    stats.finalized(),
                    stats.dropped(),
                    stats.durableAfterP99Ms()));
      }
    }
    return rows;
  }

  private List<Long> cpuNanos(List<Subject> shops) throws InterruptedException {
    List<Long> nanos = new ArrayList<>();
    for (Subject shop : shops) {
      nanos.add(stats(shop).cpuNanos());
    }
    return nanos;
  }

  private ShopProcess.Stats stats(Subject shop) throws InterruptedException {
    return shop.process().stats(client, shop.url());
  }

  private LatencyRow row(LogMode mode, Duration delay, OpenLoopLoad.Result seen, long cpuNanos) {
    long requests = seen.micros().getTotalCount();
    return new LatencyRow(
        mode,
        delay.toMillis(),
        settings.requestsPerSecond(),
        requests,
        seen.failures(),
        seen.millis(50),
        seen.millis(90),
        seen.millis(99),
        cpuNanos / 1e6 / requests);
  }
}
