package io.wideevents.toolbox.chaos;

import io.wideevents.stack.BrokerSettings;
import io.wideevents.stack.ChildProcess;
import io.wideevents.stack.FreePort;
import io.wideevents.stack.KafkaBroker;
import io.wideevents.stack.MongodProcess;
import io.wideevents.stack.MongodSettings;
import io.wideevents.stack.Restartable;
import io.wideevents.stack.Teardown;
import io.wideevents.toolbox.pipeline.GatewayProcess;
import io.wideevents.toolbox.pipeline.ProjectHome;
import io.wideevents.toolbox.pipeline.WorkerProcess;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * The pipeline of one run: broker, mongod, gateway and two workers, each a separate process with
 * its data and log below one directory. The teardown stops all of them.
 */
final class ChaosPipeline {
  static final String TOPIC = "log-events";
  static final String DEAD_LETTER_TOPIC = "log-events.dlq";
  static final String GROUP = "log-consumer-group";
  static final String DATABASE = "wide_events";

  private final Path directory;
  private final ProjectHome home = ProjectHome.find();
  private final int gatewayPort = FreePort.find();
  private final KafkaBroker broker;
  private final MongodProcess mongod;
  private final RestartableService gateway;
  private final RestartableService firstWorker;
  private final RestartableService secondWorker;

  /**
   * @param directory exists; is not deleted
   */
  ChaosPipeline(Path mongodBinary, Path directory, Teardown teardown) {
    this.directory = directory;
    this.broker =
        teardown.open(
            () ->
                KafkaBroker.create(
                    BrokerSettings.DEFAULT.withDirectory(directory.resolve("kafka"))),
            KafkaBroker::close);
    this.mongod =
        teardown.open(
            () ->
                MongodProcess.create(
                    mongodBinary, new MongodSettings(directory.resolve("mongodb"), 0)),
            MongodProcess::close);
    this.gateway =
        service(
            teardown,
            environment ->
                GatewayProcess.start(home, environment, gatewayPort, log(Target.GATEWAY)).process(),
            process -> new GatewayProcess(process, gatewayUrl()).awaitListening());
    this.firstWorker = worker(teardown, Target.WORKER_1);
    this.secondWorker = worker(teardown, Target.WORKER_2);
  }

  private interface Starter {
    ChildProcess start(Map<String, String> environment);
  }

  private RestartableService worker(Teardown teardown, Target target) {
    return service(
        teardown,
        environment -> WorkerProcess.start(home, environment, log(target)).process(),
        // Does not wait until the worker consumes: a worker that restarts while Kafka is down
        // counts as started.
        process -> {});
  }

  private RestartableService service(
      Teardown teardown, Starter starter, Consumer<ChildProcess> awaitReady) {
    return teardown.open(
        () -> new RestartableService(() -> starter.start(environment()), awaitReady),
        RestartableService::close);
  }

  /** Starts all processes and blocks until the gateway accepts requests and the workers consume. */
  void start() {
    CompletableFuture.allOf(
            CompletableFuture.runAsync(broker::start), CompletableFuture.runAsync(mongod::start))
        .join();
    firstWorker.start();
    secondWorker.start();
    gateway.start();
    new WorkerProcess(firstWorker.process()).awaitConsuming();
    new WorkerProcess(secondWorker.process()).awaitConsuming();
  }

  Map<Target, Restartable> processes() {
    return Map.of(
        Target.KAFKA, broker,
        Target.MONGODB, mongod,
        Target.GATEWAY, gateway,
        Target.WORKER_1, firstWorker,
        Target.WORKER_2, secondWorker);
  }

  URI gatewayUrl() {
    return URI.create("http://127.0.0.1:" + gatewayPort);
  }

  String bootstrapServers() {
    return broker.bootstrapServers();
  }

  String mongodbUri() {
    return mongod.uri();
  }

  /** Stops gateway and workers with SIGTERM; fails unless each exits with 0. */
  void stopServices() {
    gateway.stop();
    firstWorker.stop();
    secondWorker.stop();
  }

  /** The settings of gateway and workers. */
  Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("KAFKA_BROKER", broker.bootstrapServers());
    environment.put("KAFKA_LOG_TOPIC", TOPIC);
    environment.put("MQ_DLQ_TOPIC", DEAD_LETTER_TOPIC);
    environment.put("KAFKA_CONSUMER_GROUP", GROUP);
    environment.put("MONGODB_URI", mongod.uri());
    environment.put("MONGODB_DATABASE", DATABASE);
    environment.put("SPOOL_DIR", directory.resolve("spool").toString());
    return environment;
  }

  ProjectHome home() {
    return home;
  }

  private Path log(Target target) {
    return directory.resolve(target.label() + ".log");
  }
}
