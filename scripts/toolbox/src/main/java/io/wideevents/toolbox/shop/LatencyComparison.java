package io.wideevents.toolbox.shop;

import com.mongodb.ConnectionString;
import io.wideevents.stack.BrokerSettings;
import io.wideevents.stack.LocalStack;
import io.wideevents.stack.MongodSettings;
import io.wideevents.stack.Teardown;
import io.wideevents.stack.WorkDirectory;
import io.wideevents.toolbox.load.LoadGenerator;
import io.wideevents.toolbox.load.OpenLoop;
import io.wideevents.toolbox.load.Window;
import io.wideevents.toolbox.pipeline.ProjectHome;
import io.wideevents.toolbox.pipeline.StoredEvents;
import io.wideevents.toolbox.pipeline.WorkerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Runs the same shop in all modes at once, each as its own process, and sends requests to them
 * alternately. All modes share one MongoDB, behind a proxy that delays its responses, and one
 * log-worker, which stores the events of the Kafka mode.
 */
final class LatencyComparison {
  private static final long SEED = 1_000_000;
  private static final int CLIENTS_PER_SHOP = 3;
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

  private final LatencySettings settings;
  private final Consumer<String> progress;
  private final Teardown teardown;
  private final ProjectHome home = ProjectHome.find();
  private final HttpClient client = HttpClient.newHttpClient();
  private final OpenLoop load;

  LatencyComparison(LatencySettings settings, Consumer<String> progress, Teardown teardown) {
    this.settings = settings;
    this.progress = progress;
    this.teardown = teardown;
    this.load = teardown.open(() -> new OpenLoop(settings.requestsPerSecond()), OpenLoop::close);
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
      own.put("JAVA_OPTS", "-XX:TieredStopAtLevel=4 -Xmx256m");
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
    progress.accept("Warming up");
    warmUp(shops);
    List<LatencyRow> rows = new ArrayList<>();
    for (Duration delay : settings.mongoDelays()) {
      progress.accept(
          "MongoDB slowed by %d ms: %d s"
              .formatted(delay.toMillis(), settings.duration().toSeconds()));
      proxy.delay(delay);
      long seed = SEED + delay.toMillis();
      List<OpenLoop.Target> targets = shops.stream().map(shop -> target(shop, seed)).toList();
      List<Long> before = cpuNanos(shops);
      List<Window> windows = load.run(targets, settings.duration(), new Random(seed));
      List<Long> after = cpuNanos(shops);
      for (int i = 0; i < shops.size(); i++) {
        long used = after.get(i) - before.get(i);
        rows.add(row(shops.get(i).process().mode(), delay, windows.get(i), used));
      }
    }
    for (Subject shop : shops) {
      ShopStats stats = stats(shop);
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

  /**
   * Sends requests to the shops from a few clients without a pause, so that the JIT compiles what
   * it would compile in a long-running service.
   */
  private void warmUp(List<Subject> shops) throws InterruptedException {
    long end = System.nanoTime() + settings.warmUp().toNanos();
    Stream<LoadGenerator.Request> requests =
        LongStream.iterate(0, n -> System.nanoTime() - end < 0, n -> n + 1)
            .mapToObj(n -> due -> warmUp(shops.get((int) (n % shops.size())), n));
    new LoadGenerator(0, CLIENTS_PER_SHOP * shops.size()).run(requests.iterator());
  }

  private void warmUp(Subject shop, long number) throws InterruptedException {
    try {
      client.send(request(shop.url(), number), HttpResponse.BodyHandlers.discarding());
    } catch (IOException e) {
      throw new UncheckedIOException("The shop at " + shop.url() + " does not answer", e);
    }
  }

  private static OpenLoop.Target target(Subject shop, long seed) {
    return new OpenLoop.Target(
        number -> request(shop.url(), seed + number),
        // The shop's simulated failures are part of the load.
        status -> status < 400 || status == 402 || status == 404 || status == 500);
  }

  /** The request with number {@code n}: a checkout, a search or, half of the time, a cart. */
  private static HttpRequest request(URI shop, long n) {
    HttpRequest.Builder request = HttpRequest.newBuilder().timeout(ANSWER_TIMEOUT);
    return switch ((int) (n % 4)) {
      case 0 ->
          request
              .uri(shop.resolve("/v1/checkout?n=" + n))
              .POST(HttpRequest.BodyPublishers.noBody())
              .build();
      case 1 -> request.uri(shop.resolve("/v1/search?n=" + n)).build();
      default -> request.uri(shop.resolve("/v1/cart?n=" + n)).build();
    };
  }

  private List<Long> cpuNanos(List<Subject> shops) throws InterruptedException {
    List<Long> nanos = new ArrayList<>();
    for (Subject shop : shops) {
      nanos.add(stats(shop).cpuNanos());
    }
    return nanos;
  }

  private ShopStats stats(Subject shop) throws InterruptedException {
    return shop.process().stats(client, shop.url());
  }

  private LatencyRow row(LogMode mode, Duration delay, Window window, long cpuNanos) {
    return new LatencyRow(
        mode,
        delay.toMillis(),
        settings.requestsPerSecond(),
        window.requests(),
        window.failed(),
        window.millis(50),
        window.millis(90),
        window.millis(99),
        cpuNanos / 1e6 / (window.requests() + window.failed()));
  }
}
