package io.wideevents.toolbox.benchmark;

import io.wideevents.stack.BrokerSettings;
import io.wideevents.stack.KafkaBroker;
import io.wideevents.stack.MongodBinary;
import io.wideevents.stack.MongodProcess;
import io.wideevents.stack.MongodSettings;
import io.wideevents.stack.Teardown;
import io.wideevents.toolbox.load.OpenLoop;
import io.wideevents.toolbox.load.RequestBody;
import io.wideevents.toolbox.pipeline.GatewayProcess;
import io.wideevents.toolbox.pipeline.ProjectHome;
import io.wideevents.toolbox.sample.SampleTraffic;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The broker, the mongod and the gateways of one benchmark. The teardown stops them. */
final class Servers {
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);

  private final SampleTraffic traffic = new SampleTraffic(1, Instant.now());
  private final Path directory;
  private final Teardown teardown;
  private final ProjectHome home = ProjectHome.find();
  private final KafkaBroker broker;
  private final MongodProcess mongod;

  /**
   * @param directory for spools and logs; the caller deletes it
   * @throws IllegalStateException if there is no mongod: the benchmark must not measure a
   *     substitute
   */
  Servers(Path directory, Teardown teardown) {
    this.directory = directory;
    this.teardown = teardown;
    Path binary =
        MongodBinary.find(System.getenv())
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "There is no mongod on the PATH, and figures of a substitute say nothing."
                            + " Install the MongoDB community server"
                            + " (https://www.mongodb.com/try/download/community), or set"
                            + " MONGOD=/path/to/mongod"));
    this.broker =
        teardown.open(() -> KafkaBroker.create(BrokerSettings.DEFAULT), KafkaBroker::close);
    this.mongod =
        teardown.open(
            () -> MongodProcess.create(binary, MongodSettings.DEFAULT), MongodProcess::close);
  }

  KafkaBroker broker() {
    return broker;
  }

  MongodProcess mongod() {
    return mongod;
  }

  Path directory() {
    return directory;
  }

  /** A gateway as the target of single events of the sample traffic. */
  OpenLoop.Target target(URI gateway) {
    URI events = gateway.resolve("/v1/events");
    return new OpenLoop.Target(
        number ->
            HttpRequest.newBuilder(events)
                .timeout(REQUEST_TIMEOUT)
                .header("Content-Type", RequestBody.JSON)
                .POST(BodyPublishers.ofByteArray(traffic.next()))
                .build(),
        status -> status == 202);
  }

  /** Starts both servers and blocks until both are ready. */
  void start() {
    CompletableFuture.allOf(
            CompletableFuture.runAsync(broker::start), CompletableFuture.runAsync(mongod::start))
        .join();
  }

  void kill() {
    broker.kill9();
    mongod.kill9();
  }

  /**
   * Starts a gateway and blocks until it listens.
   *
   * @param name of its log and its spool
   * @param settings in addition to the addresses of the servers
   */
  GatewayProcess startGateway(String name, Map<String, String> settings) {
    Map<String, String> environment = new HashMap<>(settings);
    environment.put("KAFKA_BROKER", broker.bootstrapServers());
    environment.put("MONGODB_URI", mongod.uri());
    environment.put("SPOOL_DIR", directory.resolve(name + "-spool").toString());
    return teardown
        .open(
            () -> GatewayProcess.start(home, environment, directory.resolve(name + ".log")),
            started -> started.process().kill9())
        .awaitListening();
  }
}
