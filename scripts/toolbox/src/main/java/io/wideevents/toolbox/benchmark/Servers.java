package io.wideevents.toolbox.benchmark;

import io.wideevents.stack.BrokerSettings;
import io.wideevents.stack.ChildProcess;
import io.wideevents.stack.KafkaBroker;
import io.wideevents.stack.MongodBinary;
import io.wideevents.stack.MongodProcess;
import io.wideevents.stack.MongodSettings;
import io.wideevents.stack.Teardown;
import io.wideevents.toolbox.load.OpenLoop;
import io.wideevents.toolbox.load.RequestBody;
import io.wideevents.toolbox.pipeline.GatewayProcess;
import io.wideevents.toolbox.pipeline.ProjectHome;
import io.wideevents.toolbox.pipeline.StoredEvents;
import io.wideevents.toolbox.pipeline.WorkerProcess;
import io.wideevents.toolbox.sample.SampleTraffic;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * The broker, the MongoDB and the processes of one benchmark. The teardown stops those that this
 * object started.
 */
final class Servers {
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);

  private final SampleTraffic traffic = new SampleTraffic(1, Instant.now());
  private final Path directory;
  private final Teardown teardown;
  private final ProjectHome home = ProjectHome.find();
  private final Optional<KafkaBroker> broker;
  private final Optional<MongodProcess> mongod;
  private final String brokers;
  private final String mongoUri;

  /**
   * @param directory for spools and logs; the caller deletes it
   * @param environment {@code KAFKA_BROKER} and {@code MONGODB_URI} name servers that run already;
   *     without one of them, the server is started
   * @throws IllegalStateException if there is no mongod: the benchmark must not measure a
   *     substitute
   */
  Servers(Path directory, Teardown teardown, Map<String, String> environment) {
    this.directory = directory;
    this.teardown = teardown;
    String givenBrokers = environment.getOrDefault("KAFKA_BROKER", "");
    String givenMongo = environment.getOrDefault("MONGODB_URI", "");
    this.mongod = givenMongo.isBlank() ? Optional.of(createMongod(environment)) : Optional.empty();
    this.broker =
        givenBrokers.isBlank()
            ? Optional.of(
                teardown.open(() -> KafkaBroker.create(BrokerSettings.DEFAULT), KafkaBroker::close))
            : Optional.empty();
    this.brokers = broker.map(KafkaBroker::bootstrapServers).orElse(givenBrokers);
    this.mongoUri = mongod.map(MongodProcess::uri).orElse(givenMongo);
  }

  private MongodProcess createMongod(Map<String, String> environment) {
    Path binary =
        MongodBinary.find(environment)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "There is no mongod on the PATH, and figures of a substitute say nothing."
                            + " Install the MongoDB community server"
                            + " (https://www.mongodb.com/try/download/community), or set"
                            + " MONGOD=/path/to/mongod"));
    return teardown.open(
        () -> MongodProcess.create(binary, MongodSettings.DEFAULT), MongodProcess::close);
  }

  /**
   * @throws java.util.NoSuchElementException if the broker was given
   */
  KafkaBroker broker() {
    return broker.orElseThrow();
  }

  /**
   * @throws java.util.NoSuchElementException if MongoDB was given
   */
  MongodProcess mongod() {
    return mongod.orElseThrow();
  }

  /** Empty if MongoDB was given. */
  OptionalLong mongodPid() {
    return mongod
        .map(started -> OptionalLong.of(started.process().pid()))
        .orElse(OptionalLong.empty());
  }

  /** The bootstrap servers. */
  String brokers() {
    return brokers;
  }

  String mongoUri() {
    return mongoUri;
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

  /** Starts the servers that were not given, and blocks until they are ready. */
  void start() {
    CompletableFuture.allOf(
            CompletableFuture.runAsync(() -> broker.ifPresent(KafkaBroker::start)),
            CompletableFuture.runAsync(() -> mongod.ifPresent(MongodProcess::start)))
        .join();
  }

  void kill() {
    broker().kill9();
    mongod().kill9();
  }

  /**
   * Starts a gateway and blocks until it listens.
   *
   * @param name of its log and its spool
   * @param settings in addition to the addresses of the servers
   */
  GatewayProcess startGateway(String name, Map<String, String> settings) {
    return launchGateway(name, settings).awaitListening();
  }

  /** Starts a gateway, as {@link #startGateway} does. Does not block. */
  GatewayProcess launchGateway(String name, Map<String, String> settings) {
    Map<String, String> environment = addresses(settings);
    environment.put("SPOOL_DIR", directory.resolve(name + "-spool").toString());
    return teardown.open(
        () -> GatewayProcess.start(home, environment, directory.resolve(name + ".log")),
        started -> started.process().kill9());
  }

  /**
   * Starts a worker. Does not block.
   *
   * @param name of its log
   * @param settings in addition to the addresses of the servers
   */
  WorkerProcess launchWorker(String name, Map<String, String> settings) {
    return teardown.open(
        () -> WorkerProcess.start(home, addresses(settings), directory.resolve(name + ".log")),
        started -> started.process().kill9());
  }

  /** Drops a database that a worker wrote to. */
  void dropDatabase(String name) {
    try (StoredEvents stored = new StoredEvents(mongoUri, name)) {
      stored.drop();
    }
  }

  /** The settings of a worker that reads {@code topic}, with a group and a database of a name. */
  static Map<String, String> workerSettings(String topic, String name) {
    return Map.of(
        "KAFKA_LOG_TOPIC", topic,
        "MQ_DLQ_TOPIC", topic + ".dlq",
        "KAFKA_CONSUMER_GROUP", name,
        "MONGODB_DATABASE", name);
  }

  /** Starts a program of the toolbox, which the gateway or the worker is compared with. */
  ChildProcess startReference(Class<?> main, List<String> jvmOptions, List<String> arguments) {
    List<String> options = new ArrayList<>(jvmOptions);
    options.add("-Dlogback.configurationFile=toolbox-logback.xml");
    List<String> mainAndArguments = new ArrayList<>(List.of(main.getName()));
    mainAndArguments.addAll(arguments);
    return startReference(
        main.getSimpleName(), options, System.getProperty("java.class.path"), mainAndArguments);
  }

  /**
   * Starts a program in its own JVM, which has no other options than these.
   *
   * @param name of its log
   * @param mainAndArguments the main class and its arguments
   */
  ChildProcess startReference(
      String name, List<String> jvmOptions, String classPath, List<String> mainAndArguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // Files that a killed JVM leaves are in the directory, which is deleted.
    command.addAll(List.of("-XX:-UsePerfData", "-Djava.io.tmpdir=" + directory));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", classPath));
    command.addAll(jvmOptions);
    command.addAll(mainAndArguments);
    return teardown.open(
        () -> ChildProcess.start(name, command, Map.of(), directory.resolve(name + ".log")),
        ChildProcess::kill9);
  }

  private Map<String, String> addresses(Map<String, String> settings) {
    Map<String, String> environment = new HashMap<>(settings);
    environment.put("KAFKA_BROKER", brokers);
    environment.put("MONGODB_URI", mongoUri);
    return environment;
  }
}
